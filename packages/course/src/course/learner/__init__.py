"""What belongs to one learner: answers, what has passed, the packages with their code in place."""
