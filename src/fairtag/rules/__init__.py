"""Was the order kept? One module a kind of condition; position evidence; replay."""
