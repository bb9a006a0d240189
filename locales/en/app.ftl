# The frame around every page, signing in, errors, the first page and the reports.

diwan = Diwan
home = Home
menu = Menu
more = More
skip = Skip to the page
breadcrumb = Where you are
language = Language
back = Back
print = Print
print-instalments = Payable in parts
print-draft-tax = Draft – not a tax invoice
print-tax-invoice = Tax invoice
print-simplified-tax-invoice = Simplified tax invoice
print-tax-credit-note = Tax credit note
print-refund = Refund
print-debit-note = Debit note
print-tax-debit-note = Tax debit note
print-advance-invoice = Advance payment invoice
print-tax-advance-invoice = Tax invoice – advance payment
print-simplified-tax-advance-invoice = Simplified tax invoice – advance payment
print-supplied = Date of supply
print-seller-tax-number = Our VAT number
print-by-rate = VAT by rate
print-taxable = Taxable amount
print-untaxed = Without a tax code
print-base-tax = VAT in { $currency }
print-mail = Send by e-mail
event-mail = Sent by e-mail
refuse-mail-off = Diwan sends no e-mail here. To send this you must use your own mail program, which “Send by e-mail” on the print page opens.
print-mail-title = { $document } { $number }, { $company }
print-mail-text = Please find our offer at this link. You can accept or decline it there; no account is needed.
offer-answer = Your answer
offer-lead = Tick those optional lines that you want, if there are any. Your answer here binds you as your signature would.
offer-name = Your name
offer-take = Include line { $line }
offer-accept = Accept
offer-reason = Reason, if you decline
offer-decline = Decline
offer-accepted = This offer was accepted.
offer-accepted-by = { $name } has accepted this offer.
offer-declined = This offer was declined.
offer-declined-by = { $name } has declined this offer.
offer-none = There is no offer here
offer-none-hint = Its last day may have passed, or a newer one may have replaced it. Ask whoever sent you the link for a new one.
offer-too-many = Too many requests come from your network. Wait a minute, then try again.
from = From
to = To
show = Show
yes = Yes
no = No
theme-auto = Colours of the device
theme-light = Light colours
theme-dark = Dark colours
density-compact = Compact rows
density-normal = Normal rows
density-roomy = Roomy rows
digits-arabic = Arabic digits
digits-western = Western digits
favourite = Favourite
companies = Companies
company-current = Open now

## Signing in and founding a company

email = E-mail
password = Password
password-hint = At least { 10 } characters. A short sentence is easy to remember.
sign-in = Sign in
sign-in-lead = Sign in with your e-mail address and password.
sign-in-no-company = No company here yet?
sign-out = Sign out
sign-up = Create a company
sign-up-lead = Diwan prepares the accounts, taxes and periods of your country. You can change them later.
sign-up-company = Company name
sign-up-country = Country
sign-up-currency = Currency of the books
sign-up-name = Your name
sign-up-submit = Create company
sign-up-have = Already signed up?

country-SA = Saudi Arabia
country-SA-hint = SAR · VAT { 15 }%
country-AE = United Arab Emirates
country-AE-hint = AED · VAT { 5 }%
country-EG = Egypt
country-EG-hint = EGP · VAT { 14 }%
country-XX = Another country
country-XX-hint = USD · example taxes


refuse-sign-in = The e-mail address or the password is wrong. Check both and try again.
refuse-company-name = To create a company you must give its name, in { 200 } characters at most.
refuse-person-name = To sign up you must give your name, in { 200 } characters at most.
refuse-email = This is not an e-mail address. Write it like name@company.com.
refuse-email-taken = Somebody already uses this e-mail address. Sign in with it, or give another one.
refuse-password-short = To keep your company safe you must choose a password of { $least } characters or more.

## Errors

error-404 = Page not found
error-403 = Not allowed
error-500 = Something went wrong
error-not-found = There is nothing at this address, or it is not open to you. Check the address, or start again from home.
error-denied = Your role does not allow this. To do it you must ask the owner of the company for another role.
error-signed-out = You are signed out. To go on you must sign in again.
error-bad-request = The address or the form could not be read. Go back, load the page again and retry.
error-internal = Diwan could not do this and has changed nothing. Try again; if it happens once more, report the reference { $reference }.
error-origin = This request did not come from a page of Diwan. To change anything you must do it on Diwan’s own pages.
error-network = Diwan could not be reached. Check your connection and try again. ({ $detail })
to-home = Go to home

## The first page

home-morning = Good morning, { $name }
home-afternoon = Good afternoon, { $name }
home-evening = Good evening, { $name }
home-cash = Cash and bank
home-cash-weeks = The last eight weeks
home-overdue = Overdue from customers
home-overdue-customers = { $count ->
    [0] No customer is late
    [one] { $count } customer is late
   *[other] { $count } customers are late
}
home-health = Books health
home-to-deliver = Orders to deliver
home-ages = Receivables by age
home-sales-cost = Sales and cost by month
home-sales = Sales
home-cost = Cost

age-0 = Not due
age-30 = { 1 }–{ 30 } days
age-60 = { 31 }–{ 60 } days
age-90 = { 61 }–{ 90 } days
age-more = Over { 90 } days
age-overdue = Overdue
age-credit = Unused credit

waits = Waiting for you
waits-nothing = Nothing is waiting for you.
waits-late = Delivery was due { $date }
waits-overdue = Payment was due { $date }
waits-expiring = Valid until { $date }
waits-expired = Was valid until { $date }
waits-list-overdue = Invoices that are overdue
waits-list-expiring = Quotations about to expire
waits-list-unallocated = Payments with money on account
waits-list-drafts = { $records }: { $what }
waits-mentions = Mentions of you that you have not read
waits-more = { $count ->
    [one] and { $count } more
   *[other] and { $count } more
}

health-all = { $count ->
    [one] { $count } check holds
   *[other] All { $count } checks hold
}
health-broken = { $count ->
    [one] { $count } check fails
   *[other] { $count } checks fail
}
health-now = Checked just now
health-look = See which
health-call = The books do not agree with themselves. Before you post anything else you must have the marked checks looked into.

## Modules, pages and reports

module-sales = Sales
module-inventory = Inventory
module-finance = Finance

page-trial-balance = Trial balance
page-general-ledger = General ledger
page-books-health = Books health
page-stock-on-hand = Stock on hand
page-receivables = Receivables

report-opening = Opening balance
report-closing = Closing balance
report-balance = Balance
report-total = Total
report-document = Document
report-party = Party or memo
report-more = There are more rows than are shown here. To see the rest, narrow what you ask for.
report-carried = Brought forward
report-first = First page
report-at = As of
report-age = Age
report-due = Due date
report-late = Days late
report-open = Open
report-in-books = In the books
report-no-centre = Without a cost centre
report-nothing-open = Nothing is open.

statement = Statement of account
statement-open = Open in the books
statement-reversal = { $record }, taken back
statement-nothing = Nothing is open, and nothing happened in these days.

## Months and days

month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
month-1-short = Jan
month-2-short = Feb
month-3-short = Mar
month-4-short = Apr
month-5-short = May
month-6-short = Jun
month-7-short = Jul
month-8-short = Aug
month-9-short = Sep
month-10-short = Oct
month-11-short = Nov
month-12-short = Dec
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday

my-account = My account
account-devices = Where you are signed in
account-device = Device
account-device-unknown = Unknown device
account-here = Here
account-address = Address
account-since = Since
account-end-others = Sign out everywhere else
account-password = Password
account-password-now = The password you have
account-password-next = New password
account-password-change = Change the password
refuse-password-wrong = To choose another password you must type the one you have; this is not it. After ten wrong ones nobody can sign in with this address for fifteen minutes.
