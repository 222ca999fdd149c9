"""What the services stand on: contracts, policy, messaging and runtime."""
