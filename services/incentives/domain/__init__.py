"""Pure rules of entitlement: a unit's standing folded from events, and what follows from it."""
