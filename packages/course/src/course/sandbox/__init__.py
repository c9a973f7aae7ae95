"""Limited processes in which a learner's code runs, and what may come back from them."""
