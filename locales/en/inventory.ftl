# Inventory: items, places, what is where and what it is worth.

item = Item
item-many = Items
item-new = New item
item-empty = Items are the goods and services you sell. Create the first one, or import your list.
item-cost = Standard cost
item-method = Valuation
choice-method-average = Moving average
choice-method-fifo = First in, first out
item-item_category = Category
item-variant_of = Variant of
item-variant = Variant
item-view-template = Templates
field-reorder_level = Reorder level
field-barcode = Barcode
item-line-unit = Other unit
item-line-factor = In stock units
item-description_en = Description, English
item-description_ar = Description, Arabic
item-description_he = Description, Hebrew
item-description_fr = Description, French

item_category = Item category
item_category-many = Item categories
item_category-new = New category
item_category-empty = Categories sort items, so that lists can be narrowed to them and counted by them. Create the first one.
item_category-parent = Parent category

choice-kind-stock = Goods
choice-kind-service = Service
choice-kind-template = Template

unit = Unit
unit-many = Units
unit-new = New unit
unit-empty = Quantities are counted in units such as pieces or metres. Create the ones you sell in.
unit-decimals = Decimals

warehouse = Warehouse
warehouse-many = Warehouses
warehouse-new = New warehouse
warehouse-empty = Stock is kept by warehouse. Create the first place that you deliver from.
warehouse-parent = Within
field-bin = Bin

stock_adjustment = Stock adjustment
stock_adjustment-many = Stock adjustments
stock_adjustment-new = New adjustment
stock_adjustment-empty = An adjustment brings stock to what was counted, and enters what you start with. Create one with the reason “Opening stock” first.
stock_adjustment-line-cost = Unit cost
stock_adjustment-line-place = Place
stock_adjustment-line-destination = To
stock_adjustment-state-posted = Posted

choice-reason-opening = Opening stock
choice-reason-count = Stock count
choice-reason-damage = Damage
choice-reason-found = Found
choice-reason-revaluation = Revaluation
choice-reason-transfer = Transfer
stock_adjustment-action-revalue = Correct cost

## Stock on hand

stock-on-hand-quantity = On hand
stock-promised = Promised
stock-available = Available
stock-to-reorder = To reorder

## Refusals

refuse-unit-of-item = The item is not counted in this unit. Choose one of its units, or add this one to the item.
refuse-finer-stock = One of this unit holds { $factor } of the stock unit, and this quantity comes to more decimals than the stock unit has. To go on you must enter another quantity.
refuse-unit-part = A line that this goes back to is counted in units of { $factor }, and this quantity would leave a part of one. To go on you must enter whole ones.
refuse-unit-empty = One of this unit would hold nothing. Enter how many of the stock unit it holds.
refuse-unit-twice = The item has this unit already. Choose another unit, or take the line out.
refuse-unit-used = Documents count in this unit of the item. To count otherwise you must add another unit, and leave this one as it is.
refuse-category-circle = The category would be below itself. Choose another parent category.
refuse-variant-of = Only goods and services are variants, and only of a template. Choose an item of the type “Template”, or leave this empty.
refuse-template = This item is a template, and no goods by itself. Choose one of its variants.
refuse-template-kept = Documents name this item, or it has variants. To have a template, or one no more, you must create a new item.
refuse-not-stocked = This item is a service and is not kept in stock. Choose an item of the type “Goods”.
refuse-no-destination = A transfer says where goods go. Choose another place than the one that they leave.
refuse-destination = Only a transfer moves goods to another place. Choose the reason “Transfer”, or leave the destination empty.
refuse-bin-level = Bins lie within a warehouse, and have no bins themselves. Choose a warehouse that is no bin, or leave this empty for a warehouse that has bins.
refuse-bin-elsewhere = This bin is not within the warehouse of the document. Choose one of its bins, or leave the bin empty.
refuse-stock-short = The stock does not hold this much. To take out more you must receive stock first.
refuse-stock-short-of = The stock holds { $available } and you asked for { $asked }. To take out more you must receive stock first.
refuse-method-kept = Stock of this item has moved, and was valued by its method. To value it by another method you must create a new item.
refuse-revalue-line = This line is not what a posted receipt brought in. To correct the cost of a receipt you must open it, choose “Correct cost” and change nothing but the unit cost.
refuse-nothing-to-revalue = Nothing came in by this document. To correct the cost of goods you must open the document by which they came in.
