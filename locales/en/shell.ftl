# What the small scripts of a page say. The server writes it into the page.

offline = Diwan cannot be reached now. What you have typed stays here; send it once the connection is back.
draft-found = What you typed here on { $when } was not saved.
draft-older = What you typed here on { $when } was not saved, and the record has been changed since. When you save, you will see both.
draft-take = Take it up again
draft-drop = Discard it
