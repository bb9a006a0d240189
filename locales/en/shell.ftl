# What the small scripts of a page say. The server writes it into the page.

offline = Diwan cannot be reached now. What you have typed stays here; send it once the connection is back.
