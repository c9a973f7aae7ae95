import numpy as np
import pytest
from regression_model.data import mean_before
from regression_model.simulation import simulate_sales


@pytest.fixture(scope="module")
def sales():
    return simulate_sales(400)


def test_the_mean_is_that_of_the_groups_sales_of_earlier_months(sales):
    means = mean_before(sales, by="Neighborhood", value="SalePrice")

    months = sales["YrSold"] * 12 + sales["MoSold"]
    for row in range(0, 400, 7):
        same = sales["Neighborhood"] == sales["Neighborhood"][row]
        earlier = sales["SalePrice"][same & (months < months[row])]
        np.testing.assert_allclose(means[row], earlier.mean())
    assert means.isna().sum() < 100


def test_no_price_of_the_same_month_or_later_matters(sales):
    later = sales["YrSold"] >= 2008
    changed = sales.assign(SalePrice=sales["SalePrice"].where(~later, 1))

    until = (sales["YrSold"] < 2008) | ((sales["YrSold"] == 2008) & (sales["MoSold"] == 1))
    before, after = (
        mean_before(table, by="Neighborhood", value="SalePrice") for table in (sales, changed)
    )

    np.testing.assert_array_equal(before[until], after[until])
    assert (before[~until] != after[~until]).any()


def test_the_order_of_the_rows_and_their_labels_do_not_matter(sales):
    shuffled = sales.sample(frac=1, random_state=1)

    means = mean_before(shuffled, by="Neighborhood", value="SalePrice")

    expected = mean_before(sales, by="Neighborhood", value="SalePrice")
    np.testing.assert_allclose(means.sort_index(), expected)


def test_a_sale_of_an_unknown_month_has_no_mean(sales):
    gappy = sales.assign(MoSold=sales["MoSold"].where(sales.index != 399))

    assert np.isnan(mean_before(gappy, by="Neighborhood", value="SalePrice")[399])
