"""Tables of incentives and the queries over them."""
