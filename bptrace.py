"""`python -m bptrace` is `bptrace`; the package is called `tracer`."""

from tracer.cli import main

if __name__ == "__main__":
    main()
