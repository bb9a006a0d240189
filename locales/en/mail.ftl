# Mail: sending a document, what became of it, and what the letter says.

mail-to = To
mail-note = What you would like to add (optional)
mail-again = Send again by e-mail
mail-queued = On its way to { $to }
mail-delayed = On its way to { $to }; it will be tried again: { $said }
mail-sent = Sent to { $to } on { $at } by { $member }
mail-failed = Not sent to { $to } on { $at }: { $said }
mail-stopped = Not sent to { $to } on { $at }

refuse-mail-closed = To send this by e-mail it must be open to an answer: marked as sent, not answered yet, and not past its last day.
refuse-mail-note = To add this you must write { $most } characters at most, and none that cannot be shown.
refuse-mail-many = Your company has sent { $most } e-mails within an hour. To send more you must wait a while.
refuse-mail-line = A name in this e-mail has a line break in it. To send it you must write your name, the company’s and the customer’s each on one line.
refuse-mail-unreached = The mail server could not be reached, though it was tried again and again. To send this you must ask who runs Diwan to look into it, then send it again.
refuse-mail-refused = The mail server did not take it: { $said }. Check the address, then send it again.

## What the letter says

mail-greeting = Dear { $name },
mail-open = Read and answer
mail-closing = Kind regards,
