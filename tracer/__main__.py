"""`python -m tracer` is `bptrace`."""

from tracer.cli import main

if __name__ == "__main__":
    main()
