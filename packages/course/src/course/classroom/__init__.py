"""A class: many submissions, each different answer graded once, and what a teacher reads of it."""
