"""What every kind of test stands on: real servers, databases, processes, builders."""
