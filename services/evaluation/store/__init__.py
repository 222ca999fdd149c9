"""Tables and the load_, find_, list_ and save_ functions over them. Decides nothing."""
