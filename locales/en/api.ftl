# What programs, and those who write them, are told.

## Problems

api-problem-malformed = The request cannot be read
api-problem-unknown = No token that holds
api-problem-denied = Not allowed
api-problem-not-found = Nothing is there
api-problem-method = Nothing is done in this way here
api-problem-busy = Somebody else is saving the same
api-problem-stale = The record has changed since
api-problem-large = Too large
api-problem-media-type = Not JSON
api-problem-refused = Refused
api-problem-unconditional = A change of no known version
api-problem-too-many = Too many requests
api-problem-internal = Something went wrong
api-problem-unavailable = Not available at the moment

refuse-api-token = To come in you must show a token that holds: an Authorization header with Bearer, a space and the secret. Make one under Access tokens.
refuse-api-stale = The record has changed since you read it. To change it you must read it again and send its new ETag.
refuse-api-not-found = There is nothing at this address, or it is not open to this token. Check the address and the token’s rights.
refuse-api-after = This is no place in this list. To go on you must send the cursor of its last page, in the same order.
refuse-api-filter = One of the filters cannot be read. Write dates like 2026-11-18, figures like 1250.5 and links as ids.
refuse-api-method = This address knows no such method. Use one of those in the Allow header.
refuse-api-large = The body is larger than 2 MiB. Send it in parts.
refuse-api-media-type = The body is of another kind. To be read it must be JSON, with the content type application/json.
refuse-api-unconditional = To change a record you must say which version you know: send its ETag as If-Match, or * for whichever there is.
refuse-api-too-many = { $seconds ->
    [one] To go on you must wait { $seconds } second.
   *[other] To go on you must wait { $seconds } seconds.
}
refuse-api-json = The body is no JSON object. Check its brackets and quotes.
refuse-api-field = There is no such field, or it is not open to this token. Check its name in the documentation.
refuse-api-computed = This field follows from others. To save the record you must leave it out.
refuse-api-fixed = This token may read this field and not change it. To save the record you must leave it out.
refuse-api-kind = This value is of another kind than the field. Write figures as text, such as "1250.5", counts as numbers, and names as an object with en and ar.
refuse-api-uuid = This is no id. Write a UUID, or leave it out.
refuse-api-line = No line of the record has this id, or another one in the list has it, too. To add a line you must leave its id out.
refuse-api-key = This is no key. To do something once you must choose 1 to 255 letters and digits.
refuse-api-key-reused = This key stands for another request of the last day. To ask for something else you must choose another key.
refuse-api-parameter = There is no such parameter, or it is not open to this token. Check its name in the documentation.
refuse-api-limit = This is no number of rows. Write a whole number from 1 on.
refuse-api-sort = The list cannot be ordered by this field. Choose one that the documentation names.
refuse-api-batch = This is no batch. To be done it must be an object with operations, each with method and path.
refuse-api-batch-many = To be done a batch must have 1 to { $most } operations.
refuse-api-q = To search you must write { $least } to { $most } characters.
refuse-api-file-name = To attach a file you must say what it is called, with the ending of its type: in the parameter name.
refuse-api-file-form = To attach a file you must send its bytes alone as the body, and no form around them.
refuse-api-grant = To get an access token you must send the grant type client_credentials.
refuse-graphql-request = This is no GraphQL request. Send an object with query, and with variables and operationName where they are needed, or a list of such objects.
refuse-graphql-batch = To be answered a list must have 1 to { $most } requests.
refuse-graphql-key = GraphQL requests take no Idempotency-Key. To do something once, give a new record an id of your own, and each change the version that you know.
refuse-graphql-size = The request is too large. It may have 32 KiB, { $parts } lists or changes, { $brackets } brackets and { $fields } fields, { $aliases } of them under another name (alias). Send what is long as variables.
refuse-graphql-depth = Fields lie too deep within fields. Nest them { $most } deep at most.
refuse-graphql-cost = The request reads too much. It may come to { $most } records, lines and linked records included: ask for smaller pages.
refuse-graphql-introspection = The description of types goes round in circles. Ask for fields of types without the fields of their types.
refuse-graphql-together = Another part of the request could not be done, and so none of it was. Mend that part and send all of it again.

## The description

api-title = The Diwan API
api-lead = What people do on pages programs do here: every type of record is listed, read, made, changed, deleted and acted on in the same way, with the rights of a member.
api-token = Get a JWT for a secret
api-token-hint = Make a token under Access tokens and send its secret as a bearer token. It has the rights of its member, or fewer, until it ends or is revoked.
api-list = List of { $records }
api-read = Read: { $record }
api-create = Make: { $record }
api-change = Change: { $record }
api-delete = Delete: { $record }
api-comments = Comments: { $record }
api-comment = Comment on it: { $record }
api-files = Files: { $record }
api-attach = Attach a file: { $record }
api-file = Open a file: { $record }
api-detach = Remove a file: { $record }
api-history = History: { $record }
api-history-hint = What happened to the record, latest first, with what each field was and became. Fields that are kept from this token are left out, and so are comments, which stand beside it.
api-secret = Secret to hand on: { $record }
api-secret-hint = What the page of the record shows to hand on: the secret of a webhook; that of an access token, for whoever made it and until it is first used; the address of an invitation. It is told to a token that may change such records, and nobody keeps a copy of the answer. A token that is kept to types of records is told nothing that reaches further than itself.
api-answer-secret = The secret, or an address from the root of the site on
api-cache = no-store: nobody on the way keeps the answer
api-deliveries-hint = The messages of the webhook, latest first, each with every attempt to deliver it. What a receiver answered stands in note, as far as this token sees all of such records. Messages are kept for { $days } days.
api-delivery-state = What became of the message
api-replay-hint = Sends a message that came to its end again, under the webhook-id that it had.
api-audit-hint = Who did what, when and from where, latest first, with what each field was and became. It shows every field of every record: it opens to a token of a member who sees everything, when it is kept to no types of records.
api-audit-record = A type of record, such as customer
api-audit-id = Id of a record
api-audit-member = Id of the member who did it
api-audit-action = What was done: create, change, delete, or the name of an action
api-audit-from = First day, such as 2026-01-01
api-audit-to = Last day
api-file-name = What the file is called, with the ending of its type
api-search = Search in all records
api-search-hint = Finds what this token may see, best first, by { $least } to { $most } characters. Records at most: { $hits }. Slips of the pen are forgiven when little is found. A hint tells whose a record is, or its code.
api-batch = Do many things in one request
api-batch-hint = Each operation has a status of its own. With atomic all are done or none; the problem then names the first operation that could not be.
api-answer-said = It is said: the id of the comment
api-answer-files = All files of the record
api-answer-attached = The file as it is kept
api-answer-file = The bytes of the file
api-answer-found = What was found, best first
api-answer-list = A page of the list
api-answer-unchanged = You have it already
api-answer-deleted = It is gone
api-answer-replayed = It is on its way again
api-answer-batch = What came of each operation
api-answer-token = A JWT, for a while
api-answer-erased = It was done before; what was answered then is erased with the person whom it told of
api-limit = Rows of a page. More than 200 counts as 200.
api-after = Where the page begins: next of the page before
api-q = Words to look for
api-fields = Names of fields, with commas between them; all when left out
api-if-match = The ETag of the version that is meant; * for whichever there is
api-if-none-match = An ETag that you have; 304 when nothing has changed
api-key = A key of your own, such as a UUID: what is asked twice under it within a day is done once
api-language = The language of problems: en or ar; your member’s when left out
api-etag = Begins with the version of the record; changes with everything in the answer
api-link-header = The address of the next page
api-location = The address of what was made
api-rate = What is left, and in how many seconds there is all of it again
api-rate-policy = How many requests there are, in how many seconds
api-retry = Seconds to wait
api-authenticate = How to show who you are
api-event = What happens to { $records }
api-event-hint = The record is as the webhook’s member may see it when the message is sent: fields that are kept from the member are not in it. It is null once the record is gone.
api-event-id = The id of the message, the same in every attempt
api-event-timestamp = When it was sent, in seconds of the Unix clock
api-event-signature = One signature or, for a day after a change of the secret, two, with a space between them: v1, a comma and the signature in base64
api-event-accepted = The message has arrived
api-event-gone = Nobody listens here any more: the webhook is paused
api-event-again = The message is sent again, later

api-filter-any = one or more, with commas between them
api-filter-equal = exactly this
api-filter-holds = a part of it
api-filter-range = one, or from..to, either of which may be left open
api-filter-begins = what it begins with

api-kind-text = text
api-kind-names = object with en and ar
api-kind-integer = whole number
api-kind-decimal = figure as text, with a point
api-kind-date = date, such as 2026-11-18
api-kind-bool = true or false
api-kind-words = list of texts
api-kind-currency = ISO 4217 code
api-kind-state = state
api-kind-id = id
api-kind-link = { $record }: id; what it is called does as well when written

api-report-from = First day, such as 2026-01-01; the first of the financial year when left out
api-report-to = Last day; today when left out
api-report-at = The day that is asked about; today when left out
api-report-customer = Id of a customer
api-report-account = Id of an account, its role such as receivable, or cash,bank for all that hold money; the first account when left out
api-report-age = What is not due (0), what is late by up to 30, 60 or 90 days or by more, what customers have to their credit, or all that is late (overdue)

## The page about it

api-docs-tokens = Tokens
api-docs-jwt = { $minutes ->
    [one] A machine that would rather not send its secret each time gets a JWT for it, which holds for { $minutes } minute.
   *[other] A machine that would rather not send its secret each time gets a JWT for it, which holds for { $minutes } minutes.
}
api-docs-lists = Lists
api-docs-filters = Filter by any field under its name, order with sort, and choose fields. A parameter that means nothing is a problem, so that no filter is lost.
api-docs-pages = A page has { $usual } rows unless limit says otherwise, { $most } at most. Send next of a page as after to get the one that follows.
api-docs-changes = Changes
api-docs-versions = Each record comes with an ETag. Send it back as If-Match, so that nobody’s work is lost: when somebody has changed the record since, nothing is done.
api-docs-lines = A change holds only what is to be different. Lines are given whole, those that stay with their ids. A new record may bring an id of its own; sending it twice then makes it once.
api-docs-values = Values
api-docs-values-hint = Amounts, prices and quantities are texts in whole units, so that none loses a digit. Links are ids; a code, number or name does as well when written.
api-docs-once = Doing something once
api-docs-once-hint = With an Idempotency-Key a request that is sent again within a day is answered as the first time, and nothing is done twice.
api-docs-batch-most = A batch has { $most } operations at most, each of which counts as a request.
api-docs-beside = Comments and files
api-docs-comments = The comments on a record come thread by thread, the latest first, each with its answers. Send next of a page as after for older ones. To answer somebody, name their comment in answers_to; with @ and a name you mention a colleague. Times are those of the company.
api-docs-files = To attach a file, send its bytes as the body, up to { $most } MB, and its name as a parameter. What counts is what the file begins with: it must be what its name says. A batch takes neither comments nor files.
api-docs-secrets = Secrets
api-docs-past = What happened
api-docs-past-hint = A line of a record is counted from 1, as in lines.3.price; the number of one that is gone is negative. What stands in old and new is written as in the record itself.
api-docs-events = Events
api-docs-events-sent = Make a webhook, and what happens is posted to its address as JSON: the type of the event, when it happened, the id of the record and the record itself. Each type of record names its events below; a webhook without a list of events is sent all of them. Redirects are not followed.
api-docs-events-signed = Messages have the form of Standard Webhooks, for which there are libraries. To check one yourself, decode the base64 behind whsec_ in the secret and take with it HMAC-SHA256 of webhook-id, a point, webhook-timestamp, a point and the body just as it came; one of the signatures in webhook-signature must be the same in base64. Refuse what was sent more than five minutes ago.
api-docs-events-answer = Any status from 200 to 299 accepts the message. 410 pauses the webhook, and nothing more is sent until somebody resumes it. With any other status, or without one, the message is sent again. Seconds for an answer: { $seconds }. Retry-After, in seconds, makes a pause longer, up to { $patience } (h:mm:ss).
api-docs-events-again = Attempts at most: { $attempts }. Pauses between them, about (h:mm:ss): { $pauses }; together about { $total }. Each is up to a tenth shorter or longer, so that messages that failed together do not come back together.
api-docs-events-replay = The webhook log shows each message with its attempts, and sends it again when you ask for it. It keeps its webhook-id: whoever has seen the id has seen the message. Messages may come twice, and in another order than things happened.
api-docs-graphql = GraphQL
api-docs-graphql-hint = The same records in the shape that you ask for, with what they link to. All changes of a request are done, or none. A list may hold up to { $most } requests.
api-docs-limits = How often
api-docs-limits-hint = Each token, and each company, has room for so many requests in a minute. The headers say what is left; with the status 429 Retry-After says when there is more.
api-docs-reports = Reports
api-docs-reports-hint = What the pages of reports show, as JSON: the same figures, asked for with the same parameters. Amounts are texts in whole units of the currency that stands beside them. Long reports come in pages: send next as after to get the one that follows.
api-docs-reports-rights = A report opens to a token as its page opens to the member. Reports sum over types of records: a token that is kept to some types reads none. Plan and usage needs a token that may write, of a member who may change everything.
api-docs-parameter = Parameter
api-docs-problems = Problems
api-docs-problems-hint = What cannot be done is answered as application/problem+json, with the fields that stand in the way, in English or Arabic.
api-docs-status = Status
api-docs-type = Type
api-docs-meaning = Meaning
api-docs-records = Records
api-docs-actions = Actions
api-docs-field = Name
api-docs-label = Called
api-docs-kind = Holds
api-docs-rule = Rule
api-docs-computed = read only
