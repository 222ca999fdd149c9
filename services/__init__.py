"""The five services. None imports another; they know each other's contracts only."""
