def test_doubling_is_adding_a_number_to_itself(submission):
    doubled = submission.run(lambda code: code.double(3))

    assert doubled == 6, "Twice three is six."
