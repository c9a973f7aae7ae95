"""From the row to the features."""

from regression_model import clean_text

PROMISED = {1: ["predictions", "version", "errors"]}


def label(feature, value):
    """Return what a cell says; the service takes quotes around a code."""
    code = clean_text(value) if isinstance(value, str) else value
    if code in feature.codes:
        return feature.labels[feature.categories[int(feature.codes[code])]]
    return None


def missing(value):
    """Whether a cell is empty."""
    return value is None or (isinstance(value, str) and clean_text(value) is None)


def answer_of(api, result, rows, features):
    """Return what a version of the API says."""
    known = {feature.name: feature for feature in features if feature.is_category}
    answer = {}
    for name in PROMISED[1]:
        answer[name] = result[name]
    if api >= 2:
        answer["labels"] = []
        for number, row in enumerate(rows):
            if number in result["errors"]:
                answer["labels"].append(None)
                continue
            cells = {name: value for name, value in row.items() if name in known}
            answer["labels"].append(
                {
                    name: label(known[name], value)
                    for name, value in cells.items()
                    if not missing(value)
                }
            )
    return answer
