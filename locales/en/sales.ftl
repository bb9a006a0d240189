# Sales: from customer and quotation to the paid invoice.

customer = Customer
customer-many = Customers
customer-new = New customer
customer-empty = Quotations, orders and invoices are made out to customers. Create the first one, or import your list.
customer-contact = Contact
customer-phone = Phone
customer-email = E-mail
customer-city = City
customer-credit_limit = Credit limit
customer-language = Document language
customer-view-inactive = Not active

choice-language-ar = Arabic
choice-language-en = English

quotation = Quotation
quotation-many = Quotations
quotation-new = New quotation
quotation-empty = A quotation offers a customer prices until a date and becomes an order when it is accepted. Create the first one.
quotation-revision = Revision
quotation-revision_of = Revision of
quotation-valid_until = Valid until
quotation-line-optional = Optional
quotation-signed_by = Answered by
quotation-reason = Reason for declining
quotation-action-accept = Accepted by the customer
quotation-action-order_all = Make order with optional lines
quotation-link = Link for the customer. Whoever has it can read this quotation and accept or decline it, until its last day.

sales_order = Sales order
sales_order-many = Sales orders
sales_order-new = New order
sales_order-empty = An order holds what a customer wants and by when; deliveries and invoices are made from it. Create the first one.
sales_order-delivery_date = Delivery date
sales_order-advance = Advance payment
sales_order-action-advance = Advance invoice
sales_order-quotation = Quotation
sales_order-delivered = Delivered
sales_order-line-delivered = Delivered
sales_order-invoiced = Invoiced
sales_order-to_invoice = To invoice
order-short = Not everything is available. You can confirm the order all the same; what is short waits for stock.
order-short-line = { $owed } to deliver, { $available } available, { $missing } short

delivery = Delivery note
delivery-many = Deliveries
delivery-new = New delivery
delivery-empty = A delivery note takes goods out of stock and says who received them. Deliver a confirmed order, or create one here.
delivery-sales_order = Sales order
delivery-return_of = Return of
delivery-line-returned = Returned

sales_invoice = Sales invoice
sales_invoice-many = Sales invoices
sales_invoice-new = New invoice
sales_invoice-empty = An invoice asks the customer for payment and books sales and VAT. Invoice a delivered order, or create one here.
sales_invoice-due_date = Due date
sales_invoice-sales_order = Sales order
sales_invoice-corrects = Original invoice
sales_invoice-prepaid = Advances deducted
sales_invoice-action-debit = Debit note
choice-kind-invoice = Invoice
choice-kind-advance = Advance invoice
choice-kind-debit_note = Debit note
advance-line = Advance payment, order { $number }
debit-note-reason-default = Price or quantity was too low
sales_invoice-open = Open
sales_invoice-state-posted = Posted

credit_note = Credit note
credit_note-many = Credit notes
credit_note-new = New credit note
credit_note-empty = A credit note takes back all or part of a posted invoice. Open the invoice and credit it, or create one here.
credit_note-sales_invoice = Invoice
credit-note-reason-default = Goods returned or price corrected

customer_payment = Customer payment
customer_payment-many = Customer payments
customer_payment-new = New payment
customer_payment-empty = A payment records money received from a customer and settles invoices with it. Open an invoice and receive its payment, or create one here.
customer_payment-account = Cash or bank account
customer_payment-refund = Refund
customer_payment-base_amount = Amount, company currency
customer_payment-allocated = Allocated
customer_payment-open = On account
customer_payment-line-sales_invoice = Invoice

## Refusals

refuse-zero-quantity = The quantity is zero. Enter another one, or take the line out.
refuse-finer-quantity = { $decimals ->
    [0] This unit is counted in whole numbers. To go on you must round the quantity.
    [one] This unit is counted with { $decimals } decimal. To go on you must round the quantity.
   *[other] This unit is counted with { $decimals } decimals. To go on you must round the quantity.
}
refuse-valid-before-date = The quotation would end before its own date. Choose a later last day, or leave it empty.
refuse-all-optional = All lines are optional. To make an order at least one line must not be optional.
refuse-ordered-already = There is an order of this quotation already. To make another one you must cancel that order first.
refuse-offer-name = To answer you must give your name, in { 200 } characters at most.
refuse-offer-reason = To decline you must give the reason in { 1000 } characters at most, or none.
refuse-offer-nothing = All lines are optional. To accept you must tick at least one of them.
refuse-offer-answered = This offer was answered already. To change the answer you must speak with whoever sent you the offer.
refuse-offer-replaced = There is a newer revision of this offer. To answer you must open the link of that one.
refuse-offer-ended = The last day of this offer has passed. To accept it you must ask for a new one.
refuse-delivery-before-order = The delivery date lies before the date of the order. Choose a later one.
refuse-order-bin = { $bin } is a bin, and goods are promised from a whole warehouse. To go on you must choose the warehouse { $warehouse }; the bin is named on the delivery.
refuse-nothing-on-hand = Nothing that this order still needs is in stock. To deliver you must receive stock first.
refuse-nothing-to-invoice = Everything that was delivered is invoiced already. To invoice more you must deliver more first.
refuse-order-not-open = Order { $number } is not open for delivery. To deliver it must be confirmed and not yet delivered in full.
refuse-over-delivery = The order does not ask for this much. To deliver more you must make another order.
refuse-over-delivery-of = The order still owes { $owed } and you asked for { $asked }. To deliver more you must make another order.
refuse-over-invoice = This is more than was delivered and not yet invoiced. To invoice more you must deliver more first.
refuse-return-of-return = This document is itself a return. To send the goods again you must make a new delivery.
refuse-return-line = This item is not on the delivery that is returned. Take the line out.
refuse-over-return = This is more than is left of the delivery. Enter what came back, at most what was delivered.
refuse-over-return-of = { $left } of this line can still be returned and you asked for { $asked }. Enter { $left } or less.
refuse-nothing-to-return = Everything on this delivery has been returned already. To take more back you must choose another delivery.
refuse-credit-draft = To credit an invoice you must post it first. A draft can simply be changed.
refuse-credit-line = This item is not on the invoice. Take the line out, or choose the invoice that holds it.
refuse-nothing-on-account = Nothing of this is left on account. To use or pay back more you must post another payment or credit note.
refuse-nothing-owed = The customer owes nothing in this currency. What is on account stays there until you post an invoice.
refuse-credit-dearer = To credit this line you must give back no more for each than was paid for it, under the same tax code. Take price, discount and tax code from the invoice.
refuse-order-customer = Order { $number } is another customer’s. To go on you must choose the customer of the order, or make a document without one.
refuse-order-item = This line belongs to another item of the order. To sell something else you must remove the line and add a new one.
refuse-delivery-item = This item is not owed by the order. To deliver it you must add it to the order, or make a delivery of its own.
refuse-over-credit = This is more than is left of the invoice. Credit at most what was invoiced.
refuse-over-credit-of = { $left } of this line can still be credited. Lower the quantity.
refuse-nothing-to-credit = Everything on this invoice has been credited already. To credit more you must choose another invoice.
refuse-nothing-to-advance = The order will be invoiced for nothing beyond its advances. To ask for more you must make another order.
refuse-advance-order = Order { $number } is not under way. To ask for an advance it must be confirmed, and neither closed nor cancelled.
refuse-over-advance = Beside its advances the order will still be invoiced for { $left } net under this tax code. To ask for an advance you must ask for no more, under a tax code of the order.
refuse-cancel-advances = Advances were invoiced for this order. To cancel it you must credit its advance invoices first.
refuse-credit-advance = { $left } net is left of the advance under this tax code; the rest was deducted or credited. To credit it you must enter no more.
refuse-debit-of = This is an advance invoice or a debit note already. To ask for more you must debit the invoice of what was delivered, or make another advance invoice from the order.
refuse-debit-nothing = The debit note adds nothing. To post it you must enter as price what is to be added for each.
refuse-debit-reason = A debit note says why it adds to the invoice. To post it you must give the reason in the note.
refuse-debit-tax = A debit note is taxed as its invoice. To add to this line you must take the tax code from the invoice.
refuse-template-price = This item is a template, and is not sold itself. To give its variants a price you must choose each of them on a line of its own.
refuse-zero-amount = To record a payment you must enter an amount above zero.
refuse-over-allocation = The lines settle more than was received. Raise the amount, or settle less.
refuse-over-payment = This is more than is still open on the invoice. Settle at most what is open.
refuse-refund-lines = A refund settles no invoice. To pay money back you must take the lines out.
refuse-over-refund = No more than { $left } { $currency } of this customer is on account. To pay more back you must post another payment or credit note first.
refuse-refunded = Money of this payment went back to the customer with { $number }. To reverse it you must reverse { $number } first.
refuse-payment-account = This account holds no money. Choose a cash or bank account that is in use.
refuse-other-customer = This invoice belongs to another customer. Choose one of the customer who paid.
refuse-other-currency = This invoice is in another currency. Choose one in the currency of the payment.
refuse-invoice-draft = This invoice is a draft. To settle it you must post it first.
refuse-invoice-twice = This invoice is on two lines. Keep one of them with the whole amount.

customer-line-purpose = For
choice-purpose-contact = Contact
choice-purpose-billing = Bills
choice-purpose-delivery = Deliveries
