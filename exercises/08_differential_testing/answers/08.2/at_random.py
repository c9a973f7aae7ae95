def choose_rows(houses, count):
    return (
        houses.reset_index(drop=True).sample(min(count, len(houses)), random_state=0).index.tolist()
    )
