"""The sample region: fictional units over Ningbo's real divisions, with a year made by the chain.

Every unit is invented: three-character shop names from rare signs, and valid codes out of a range
not known to be issued. No real firm appears.
"""
