"""Examples, datasets and tables beside TensorFlow: each case of the program gives the same, to the letter of messages."""


def test_everything_is_the_same(both):
    runs = both("records")
    ours, theirs = runs["swift"][0]["results"], runs["tf"][0]["results"]
    assert ours.keys() == theirs.keys() and len(ours) > 80
    wrong = {name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]}
    assert wrong == {}
