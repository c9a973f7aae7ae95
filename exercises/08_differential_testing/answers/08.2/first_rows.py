def choose_rows(houses, count):
    return list(range(min(count, len(houses))))
