"""The `course` command, and what a learner sees in the terminal."""
