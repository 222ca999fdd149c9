"""The staff portal and the public pages: one module per staff task, on the ground of `desk`."""
