# Finance: accounts, taxes, periods, the journal and the health of the books.

journal_entry = Journal entry
journal_entry-many = Journal entries
journal_entry-new = New entry
journal_entry-empty = Invoices, deliveries and payments write their own entries here. Create one by hand for everything else.
journal_entry-memo = Memo
journal_entry-source_record = Source
journal_entry-reversal_of = Reversal of

account = Account
account-many = Chart of accounts
account-new = New account
account-empty = Every amount in the books stands on an account. Create the first one, or import your chart.
account-parent = Parent account
account-is_group = Group
account-role = Role

choice-kind-asset = Asset
choice-kind-liability = Liability
choice-kind-equity = Equity
choice-kind-income = Income
choice-kind-expense = Expense

cost_centre = Cost centre
cost_centre-many = Cost centres
cost_centre-new = New cost centre
cost_centre-empty = Cost centres tell apart what departments, sites or projects earn and cost. Create the first one.
cost_centre-parent = Parent cost centre
field-cost_centre = Cost centre

tax_code = Tax code
tax_code-many = Tax codes
tax_code-new = New tax code
tax_code-empty = A tax code says how much VAT a line bears and why. Create the ones that your country asks for.
tax_code-rate = Tax rate
tax_code-einvoice = E-invoice code

choice-kind-standard = Standard rate
choice-kind-zero = Zero rate
choice-kind-exempt = Exempt
choice-kind-out_of_scope = Out of scope
choice-kind-reverse_charge = Reverse charge

period = Period
period-many = Periods
period-new = New period
period-empty = Documents are posted into open periods. Create the months of your financial year.
period-starts = Starts
period-ends = Ends
period-state-closed = Closed
period-view-closed = Closed

payment_term = Payment terms
payment_term-many = Payment terms
payment_term-new = New payment terms
payment_term-empty = Payment terms say when an invoice is due, at once or in parts. Create the ones you agree with customers.
payment_term-discount = Early payment discount
payment_term-discount_days = Days for the discount
payment_term-active = Active
payment_term-line-percent = Percent
payment_term-line-days = Days

exchange_rate = Exchange rate
exchange_rate-many = Exchange rates
exchange_rate-new = New rate
exchange_rate-empty = Documents in a foreign currency are booked at the latest rate on or before their date. Enter the first rate.

## Roles of accounts

role-receivable = Receivables
role-payable = Payables
role-bank = Bank
role-cash = Cash
role-inventory = Inventory
role-grni = Goods received, not invoiced
role-vat_output = Output VAT
role-vat_input = Input VAT
role-customer_advances = Customer advances
role-retained_earnings = Retained earnings
role-opening_balance = Opening balances
role-sales = Sales
role-sales_returns = Sales returns
role-sales_discount = Sales discounts
role-cogs = Cost of goods sold
role-stock_adjustment = Stock adjustments
role-exchange_difference = Exchange differences
role-rounding = Rounding differences

choice-role-receivable = { role-receivable }
choice-role-payable = { role-payable }
choice-role-bank = { role-bank }
choice-role-cash = { role-cash }
choice-role-inventory = { role-inventory }
choice-role-grni = { role-grni }
choice-role-vat_output = { role-vat_output }
choice-role-vat_input = { role-vat_input }
choice-role-customer_advances = { role-customer_advances }
choice-role-retained_earnings = { role-retained_earnings }
choice-role-opening_balance = { role-opening_balance }
choice-role-sales = { role-sales }
choice-role-sales_returns = { role-sales_returns }
choice-role-sales_discount = { role-sales_discount }
choice-role-cogs = { role-cogs }
choice-role-stock_adjustment = { role-stock_adjustment }
choice-role-exchange_difference = { role-exchange_difference }
choice-role-rounding = { role-rounding }

## Books health

check-debits-credits = Debits equal credits
check-debits-credits-hint = The sum of all posted debits is the sum of all posted credits.
check-entries-balance = Every entry balances
check-entries-balance-hint = The number of posted entries whose debits and credits differ; it must be zero.
check-receivable-control = Receivables agree
check-receivable-control-hint = What customers still owe, item by item, is the balance of the receivables account.
check-stock-account = Stock and account agree
check-stock-account-hint = The value of all stock on hand is the balance of the inventory account.
check-stock-moves = Stock moves add up
check-stock-moves-hint = The value of all movements in and out is the value of the stock on hand.
check-stock-levels = Stock levels agree
check-stock-levels-hint = The number of items in a warehouse whose stock differs from the sum of its movements; it must be zero.
check-stock-layers = Stock layers agree
check-stock-layers-hint = The number of receipts of items valued first in, first out that differ from their movements, and of such items in a warehouse whose stock differs from what is left of its receipts; it must be zero.
check-stock-promised = Promised stock agrees
check-stock-promised-hint = The number of order lines that reserve other than what was ordered and not delivered; it must be zero.
check-invoices-open = Open invoices agree
check-invoices-open-hint = What is open on the invoices is what is open on the customers’ accounts.
check-vat-account = VAT agrees
check-vat-account-hint = The VAT on the lines of all documents is the balance of the output VAT account.
check-advances-account = Advances agree
check-advances-account-hint = What is left of the advances of customers is what their invoices and credit notes have left on the account of advances.
check-number-gaps = No number is missing
check-number-gaps-hint = The number of gaps in the document series; it must be zero.

## Refusals

refuse-no-account = No account has the role “{ $role }”. To post you must have an active account with this role.
refuse-no-rate = There is no rate for { $currency } on { $date } or before. To use this currency you must enter an exchange rate first.
refuse-rate-twice = There is already a rate for this currency on this day. Change that one, or choose another date.
refuse-rate-zero = The rate is not above zero. To save it you must enter what one unit of the currency is worth.
refuse-no-period = No period covers { $date }. To post on this date you must create its period first.
refuse-period-closed = The period of { $date } is closed. To post you must choose a date in an open period, or reopen this one.
refuse-period-overlap = These dates overlap with another period. To save the period you must choose days that belong to no other one.
refuse-period-order = The period ends before it starts. Choose a later end.
refuse-close-order = Period { $code } before it is still open. To close this one you must close { $code } first.
refuse-reopen-order = Period { $code } after it is closed too. To reopen this one you must reopen { $code } first.
refuse-terms-percent = A part of the payment must be above zero percent.
refuse-terms-days = To pay later than { $most } days after the document you must split it into documents of their own.
refuse-terms-sum = The parts make { $sum } percent. To save the terms they must make { 100 } percent.
refuse-unbalanced = Debits and credits differ, or there is nothing on the lines. To post the entry both sums must be equal and above zero.
refuse-both-sides = A line is either debit or credit. To book both you must use two lines.
refuse-reverse-source = A document wrote this entry. To reverse it you must reverse or credit that document.
refuse-account-group = Account { $code } is a group. To post you must choose an account below it.
refuse-account-inactive = Account { $code } is not in use. To post you must choose another one, or mark it as active.
refuse-account-control = Only documents post to account { $code }, so that it agrees with its details. To change it you must post an invoice, a payment or a stock document.
refuse-account-circle = The account would be below itself. Choose another parent account.
refuse-centre-inactive = Cost centre { $code } is not in use. To go on you must choose another one, or mark it as active.
refuse-centre-circle = The cost centre would be below itself. Choose another parent cost centre.
refuse-parent-not-group = Accounts stand only below groups. Choose a group as the parent account.
refuse-parent-kind = The type differs from that of the parent account. Choose the same type, or another parent.
field-source = Source
