"""`python -m preflight`, the same as the command `preflight`."""

from preflight.cli import main

if __name__ == "__main__":
    main()
