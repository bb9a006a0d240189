# Inventory: items, places, what is where and what it is worth.

item = صنف
item-many = الأصناف
item-new = صنف جديد
item-empty = الأصناف هي البضائع والخدمات التي تبيعها. أنشئ أول صنف أو استورد قائمة أصنافك.
item-cost = التكلفة المعيارية
item-method = طريقة التقييم
choice-method-average = المتوسط المرجح المتحرك
choice-method-fifo = الوارد أولًا يُصرف أولًا
item-item_category = الفئة
item-variant_of = متغيّر من
item-variant = المتغيّر
item-view-template = القوالب
field-reorder_level = حد إعادة الطلب
field-barcode = الباركود
item-line-unit = وحدة أخرى
item-line-factor = معامل التحويل
item-description_en = الوصف بالإنجليزية
item-description_ar = الوصف بالعربية
item-description_he = الوصف بالعبرية
item-description_fr = الوصف بالفرنسية

item_category = فئة أصناف
item_category-many = فئات الأصناف
item_category-new = فئة جديدة
item_category-empty = تصنّف الفئات الأصناف، فتُصفّى القوائم وتُجمَّع بحسبها. أنشئ أول فئة.
item_category-parent = الفئة الرئيسية

choice-kind-stock = بضاعة
choice-kind-service = خدمة
choice-kind-template = قالب

unit = وحدة قياس
unit-many = وحدات القياس
unit-new = وحدة قياس جديدة
unit-empty = تُحسب الكميات بوحدات مثل القطعة والمتر. أنشئ الوحدات التي تبيع بها.
unit-decimals = المنازل العشرية

warehouse = مستودع
warehouse-many = المستودعات
warehouse-new = مستودع جديد
warehouse-empty = يُمسك المخزون بحسب المستودع. أنشئ أول مستودع تُصرف منه البضاعة.
warehouse-parent = ضمن مستودع
field-bin = الرف

stock_adjustment = تسوية مخزون
stock_adjustment-many = تسويات المخزون
stock_adjustment-new = تسوية جديدة
stock_adjustment-empty = تُطابق التسوية أرصدة المخزون مع الجرد الفعلي، وبها يُدخل مخزون البداية. ابدأ بتسوية سببها «مخزون افتتاحي».
stock_adjustment-line-cost = تكلفة الوحدة
stock_adjustment-line-place = الموقع
stock_adjustment-line-destination = إلى
stock_adjustment-state-posted = مرحّلة

choice-reason-opening = مخزون افتتاحي
choice-reason-count = جرد
choice-reason-damage = تلف
choice-reason-found = زيادة في المخزون
choice-reason-revaluation = إعادة تقييم
choice-reason-transfer = تحويل بين المواقع
stock_adjustment-action-revalue = تصحيح التكلفة

## Stock on hand

stock-on-hand-quantity = الرصيد الفعلي
stock-promised = المحجوز لأوامر البيع
stock-available = المتاح
stock-to-reorder = بلغت حد إعادة الطلب

## Refusals

refuse-unit-of-item = هذه الوحدة ليست من وحدات الصنف. اختر إحدى وحداته أو أضف هذه الوحدة إليه.
refuse-finer-stock = الواحدة من هذه الوحدة تعادل { $factor } من وحدة المخزون، وتتطلب هذه الكمية منازل عشرية لا تقبلها وحدة المخزون. للمتابعة يجب إدخال كمية أخرى.
refuse-unit-part = البند الأصلي محسوب بوحدة تعادل { $factor } من وحدة المخزون، وهذه الكمية تُبقي جزءًا من وحدة. للمتابعة يجب إدخال ما يعادل وحدات كاملة.
refuse-unit-empty = معامل التحويل صفر. أدخل كم تعادل الواحدة من هذه الوحدة من وحدة المخزون.
refuse-unit-twice = هذه الوحدة مضافة إلى الصنف من قبل. اختر وحدة أخرى أو احذف البند.
refuse-unit-used = هذه الوحدة مستخدمة في مستندات الصنف. لاستخدام معامل تحويل آخر يجب إضافة وحدة أخرى وترك هذه كما هي.
refuse-category-circle = ستصبح الفئة فرعًا من نفسها. اختر فئة رئيسية أخرى.
refuse-variant-of = لا تكون المتغيّرات إلا بضائع وخدمات، ولا تتبع إلا قالبًا. اختر صنفًا من نوع «قالب» أو اترك هذا الحقل فارغًا.
refuse-template = هذا الصنف قالب وليس بضاعة بذاته. اختر أحد متغيّراته.
refuse-template-kept = في المستندات هذا الصنف أو له متغيّرات. لتغيير كونه قالبًا يجب إنشاء صنف جديد.
refuse-not-stocked = هذا الصنف خدمة ولا يُحفظ في المخزون. اختر صنفًا من نوع «بضاعة».
refuse-no-destination = يحدد التحويل وجهة البضاعة. اختر موقعًا غير الذي تغادره.
refuse-destination = لا تنتقل البضاعة إلى موقع آخر إلا بالتحويل. اختر السبب «تحويل بين المواقع» أو اترك الوجهة فارغة.
refuse-bin-level = الرفوف داخل مستودع ولا رفوف داخلها. اختر مستودعًا ليس رفًا، أو اترك هذا الحقل فارغًا لمستودع فيه رفوف.
refuse-bin-elsewhere = هذا الرف ليس داخل مستودع المستند. اختر أحد رفوفه أو اترك الرف فارغًا.
refuse-stock-short = رصيد المخزون أقل من هذه الكمية. لصرف المزيد يجب أولًا استلام بضاعة في المخزون.
refuse-stock-short-of = رصيد المخزون { $available } والكمية المطلوبة { $asked }. لصرف المزيد يجب أولًا استلام بضاعة في المخزون.
refuse-method-kept = لهذا الصنف حركات مخزون مقيّمة بطريقته الحالية. لتقييمه بطريقة أخرى يجب إنشاء صنف جديد.
refuse-revalue-line = هذا البند لا يطابق ما ورد بمستند مرحّل. لتصحيح تكلفة ما ورد يجب فتح مستنده واختيار «تصحيح التكلفة» دون تغيير شيء سوى تكلفة الوحدة.
refuse-nothing-to-revalue = لم ترد بضاعة بهذا المستند. لتصحيح تكلفة بضاعة يجب فتح المستند الذي وردت به.
