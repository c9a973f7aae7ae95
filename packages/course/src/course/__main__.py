"""`course` and `python -m course`."""

from course.cli.main import main

if __name__ == "__main__":
    main()
