"""`python -m mailwatch`: the same as the installed command."""

from mailwatch.cli import main

if __name__ == "__main__":
    main()
