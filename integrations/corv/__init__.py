"""CORV: what the Digikoppeling box or the client system tells of a request that was sent, by files in a folder."""
