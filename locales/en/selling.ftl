# Selling: price lists, credit limits, leads and opportunities.

price_list = Price list
price_list-many = Price lists
price_list-new = New price list
price_list-empty = A price list says what some customers pay for an item, by quantity and date. Create the first one, then choose it in the details of a customer.
price_list-valid_from = Valid from
price_list-valid_until = Valid until
price_list-active = Active
price_list-view-active = Active
price_list-line-from_quantity = From quantity
price_list-line-valid_from = Valid from
price_list-line-valid_until = Valid until

customer-price_list = Price list

sales_order-credit_released = Released beyond the credit limit
sales_order-action-release = Release

lead = Lead
lead-many = Leads
lead-new = New lead
lead-empty = A lead is a person or a firm that may become a customer. Create the first one, or import your list.
lead-company = Company
lead-state-new = New
lead-state-contacted = Contacted
lead-state-qualified = Qualified
lead-state-lost = Lost
lead-action-contact = Mark as contacted
lead-action-qualify = Make opportunity
lead-action-lose = Mark as lost
lead-view-open = Open
lead-view-qualified = Qualified
lead-view-lost = Lost

field-salesperson = Salesperson

choice-source-referral = Referral
choice-source-visit = Visit
choice-source-web = Website
choice-source-exhibition = Exhibition
choice-source-other = Other

opportunity = Opportunity
opportunity-many = Opportunities
opportunity-new = New opportunity
opportunity-empty = An opportunity is a deal in sight: with whom, for how much, how likely and by when. Create the first one, or make it from a lead.
opportunity-title = Title
opportunity-lead = Lead
opportunity-expected_close = Expected close
opportunity-expected_amount = Expected amount
opportunity-probability = Probability
opportunity-state-new = New
opportunity-state-qualified = Qualified
opportunity-state-proposal = Proposal
opportunity-state-negotiation = Negotiation
opportunity-state-won = Won
opportunity-state-lost = Lost
opportunity-action-quote = Make quotation
opportunity-action-win = Mark as won
opportunity-action-advance = Next stage
opportunity-action-lose = Mark as lost
opportunity-action-reopen = Reopen
opportunity-view-won = Won
opportunity-view-lost = Lost

quotation-opportunity = Opportunity

## Refusals

refuse-validity-order = The last day lies before the first one. Choose a later last day, or leave it empty.
refuse-price-twice = Another line prices this item from the same quantity on the same days. Change the quantity or the dates, or take one of the two lines out.
refuse-credit-limit = The customer’s credit limit is { $limit } { $currency }; { $used } of it is used and this order comes to { $order }. To confirm it you must lower it, or have it released first by somebody whose role allows that.
refuse-limit-change = Who may release orders sets credit limits. To change this one you must ask somebody whose role allows that.
refuse-release-needless = No credit limit keeps this order back. To go on you must confirm it; no release is needed.
refuse-quote-customer = A quotation is made out to a customer. To make one you must choose the customer first.

activity = Activity
activity-many = Activities
activity-new = New activity
activity-empty = An activity is a call, a visit or a task with which a deal is followed up. Plan the first one.
activity-subject = Subject
activity-lead = Lead
activity-opportunity = Opportunity
choice-kind-call = Call
choice-kind-visit = Visit
choice-kind-meeting = Meeting
choice-kind-email = E-mail
choice-kind-task = Task
activity-state-planned = Planned
activity-state-done = Done
activity-state-dropped = Dropped
activity-action-finish = Mark as done
activity-action-drop = Drop
activity-action-reopen = Plan again
activity-view-planned = Planned
activity-view-done = Done
