"""`python -m bptrace` is `bptrace`; the package is called `tracer`."""

from tracer.__main__ import main

if __name__ == "__main__":
    main()
