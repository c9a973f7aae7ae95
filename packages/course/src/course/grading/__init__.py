"""Verdicts on answers: the tests of an exercise run here, the learner's code elsewhere."""

from course.grading.grader import Grader, Verdict
