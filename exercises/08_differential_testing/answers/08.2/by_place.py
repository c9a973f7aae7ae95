def choose_rows(houses, count):
    houses = houses.reset_index(drop=True)
    each = count // houses["Neighborhood"].nunique()
    return houses.groupby("Neighborhood").head(each).index.tolist()
