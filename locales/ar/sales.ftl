# Sales: from customer and quotation to the paid invoice.

customer = عميل
customer-many = العملاء
customer-new = عميل جديد
customer-empty = تصدر عروض الأسعار وأوامر البيع والفواتير باسم العملاء. أنشئ أول عميل أو استورد قائمة عملائك.
customer-contact = جهة الاتصال
customer-phone = الهاتف
customer-email = البريد الإلكتروني
customer-city = المدينة
customer-credit_limit = حد الائتمان
customer-language = لغة المستندات
customer-view-inactive = غير النشطين

choice-language-ar = العربية
choice-language-en = الإنجليزية

quotation = عرض سعر
quotation-many = عروض الأسعار
quotation-new = عرض سعر جديد
quotation-empty = يقدّم عرض السعر أسعارك إلى العميل حتى تاريخ معيّن، ويتحول عند قبوله إلى أمر بيع. أنشئ أول عرض.
quotation-revision = رقم النسخة
quotation-revision_of = نسخة معدّلة من
quotation-valid_until = صالح حتى
quotation-line-optional = اختياري
quotation-signed_by = اسم صاحب الرد
quotation-reason = سبب الرفض
quotation-action-accept = قبول العميل
quotation-action-order_all = تحويل إلى أمر بيع مع البنود الاختيارية
quotation-link = رابط للعميل. من لديه هذا الرابط يستطيع قراءة عرض السعر وقبوله أو رفضه حتى آخر يوم من صلاحيته.

sales_order = أمر بيع
sales_order-many = أوامر البيع
sales_order-new = أمر بيع جديد
sales_order-empty = يسجّل أمر البيع ما طلبه العميل وموعده، ومنه تُنشأ سندات التسليم والفواتير. أنشئ أول أمر.
sales_order-delivery_date = تاريخ التسليم
sales_order-advance = نسبة الدفعة المقدمة
sales_order-action-advance = إصدار فاتورة دفعة مقدمة
sales_order-quotation = عرض السعر
sales_order-delivered = المُسلَّم
sales_order-line-delivered = المُسلَّم
sales_order-invoiced = المفوتر
sales_order-to_invoice = بانتظار الفوترة
order-short = بعض الكميات غير متاحة. يمكن تأكيد الأمر مع ذلك، ويُسلَّم الناقص عند توفّره في المخزون.
order-short-line = المطلوب تسليمه { $owed }، المتاح { $available }، الناقص { $missing }

delivery = سند تسليم
delivery-many = سندات التسليم
delivery-new = سند تسليم جديد
delivery-empty = يُخرج سند التسليم البضاعة من المخزون ويثبت من تسلّمها. سلّم أمر بيع مؤكدًا أو أنشئ سندًا هنا.
delivery-sales_order = أمر البيع
delivery-return_of = مرتجع عن
delivery-line-returned = المرتجع

sales_invoice = فاتورة مبيعات
sales_invoice-many = فواتير المبيعات
sales_invoice-new = فاتورة جديدة
sales_invoice-empty = تطالب الفاتورة العميل بالسداد وتثبت المبيعات والضريبة في الدفاتر. أصدر فاتورة لأمر مُسلَّم أو أنشئها هنا.
sales_invoice-due_date = تاريخ الاستحقاق
sales_invoice-sales_order = أمر البيع
sales_invoice-corrects = الفاتورة الأصلية
sales_invoice-prepaid = الدفعات المقدمة المخصومة
sales_invoice-action-debit = إصدار إشعار مدين
choice-kind-invoice = فاتورة
choice-kind-advance = فاتورة دفعة مقدمة
choice-kind-debit_note = إشعار مدين
advance-line = دفعة مقدمة عن أمر البيع { $number }
debit-note-reason-default = تصحيح السعر أو الكمية بالزيادة
sales_invoice-open = المتبقي
sales_invoice-state-posted = مرحّلة

credit_note = إشعار دائن
credit_note-many = الإشعارات الدائنة
credit_note-new = إشعار دائن جديد
credit_note-empty = يلغي الإشعار الدائن فاتورة مرحّلة كلها أو بعضها. افتح الفاتورة وأصدر إشعارها، أو أنشئ الإشعار هنا.
credit_note-sales_invoice = الفاتورة
credit-note-reason-default = إرجاع بضاعة أو تصحيح سعر

customer_payment = سند قبض
customer_payment-many = سندات القبض
customer_payment-new = سند قبض جديد
customer_payment-empty = يثبت سند القبض مبلغًا ورد من العميل ويسدد به فواتيره. افتح فاتورة واقبض دفعتها، أو أنشئ سندًا هنا.
customer_payment-account = حساب الصندوق أو البنك
customer_payment-refund = رد مبلغ
customer_payment-base_amount = المبلغ بعملة الشركة
customer_payment-allocated = المخصّص للفواتير
customer_payment-open = الرصيد غير المستخدم
customer_payment-line-sales_invoice = الفاتورة

## Refusals

refuse-zero-quantity = الكمية صفر. أدخل كمية أخرى أو احذف البند.
refuse-finer-quantity = { $decimals ->
    [zero] تُعَدّ هذه الوحدة بأعداد صحيحة. للمتابعة يجب تقريب الكمية.
    [one] تُعَدّ هذه الوحدة بخانة عشرية واحدة. للمتابعة يجب تقريب الكمية.
    [two] تُعَدّ هذه الوحدة بخانتين عشريتين. للمتابعة يجب تقريب الكمية.
    [few] تُعَدّ هذه الوحدة بـ { $decimals } خانات عشرية. للمتابعة يجب تقريب الكمية.
    [many] تُعَدّ هذه الوحدة بـ { $decimals } خانة عشرية. للمتابعة يجب تقريب الكمية.
   *[other] تُعَدّ هذه الوحدة بـ { $decimals } خانة عشرية. للمتابعة يجب تقريب الكمية.
}
refuse-valid-before-date = ينتهي عرض السعر قبل تاريخه. اختر يومًا أخيرًا لاحقًا أو اترك الخانة فارغة.
refuse-all-optional = كل البنود اختيارية. لإنشاء أمر بيع يجب أن يكون بند واحد على الأقل غير اختياري.
refuse-ordered-already = أُنشئ من عرض السعر هذا أمر بيع من قبل. لإنشاء أمر آخر يجب أولًا إلغاء ذلك الأمر.
refuse-offer-name = للرد يجب إدخال اسمكم، على ألا يزيد على { 200 } حرف.
refuse-offer-reason = للرفض يجب ألا يزيد السبب على { 1000 } حرف، أو أن تُترك خانته فارغة.
refuse-offer-nothing = كل البنود اختيارية. للقبول يجب تحديد بند واحد منها على الأقل.
refuse-offer-answered = سبق الرد على هذا العرض. لتغيير الرد يجب التواصل مع من أرسل إليكم العرض.
refuse-offer-replaced = صدرت نسخة أحدث من هذا العرض. للرد يجب فتح رابط تلك النسخة.
refuse-offer-ended = انتهت صلاحية هذا العرض. لقبوله يجب طلب عرض جديد.
refuse-delivery-before-order = تاريخ التسليم يسبق تاريخ الأمر. اختر تاريخًا لاحقًا.
refuse-order-bin = { $bin } رف داخل مستودع، وتُحجز بضاعة أوامر البيع من المستودع كله. للمتابعة يجب اختيار المستودع { $warehouse }، أما الرف فيُحدَّد في سند التسليم.
refuse-nothing-on-hand = لا يوجد في المخزون شيء مما بقي من هذا الأمر. للتسليم يجب أولًا استلام بضاعة في المخزون.
refuse-nothing-to-invoice = كل ما سُلّم مفوتر من قبل. لإصدار فاتورة أخرى يجب أولًا تسليم المزيد.
refuse-order-not-open = الأمر { $number } غير مفتوح للتسليم. للتسليم يجب أن يكون الأمر مؤكدًا وغير مُسلَّم بالكامل.
refuse-over-delivery = هذه الكمية أكبر مما في الأمر. لتسليم المزيد يجب إنشاء أمر بيع آخر.
refuse-over-delivery-of = المتبقي للتسليم في الأمر { $owed } والكمية المطلوبة { $asked }. لتسليم المزيد يجب إنشاء أمر بيع آخر.
refuse-over-invoice = هذه الكمية أكبر مما سُلّم ولم يُفوتر. لفوترة المزيد يجب أولًا تسليم المزيد.
refuse-return-of-return = هذا المستند نفسه مرتجع. لإرسال البضاعة مرة أخرى يجب إنشاء سند تسليم جديد.
refuse-return-line = هذا الصنف ليس في سند التسليم المرتجع. احذف البند.
refuse-over-return = هذه الكمية أكبر مما بقي من سند التسليم. أدخل ما رجع فعلًا، بما لا يزيد على ما سُلّم.
refuse-over-return-of = المتبقي للإرجاع من هذا البند { $left } والكمية المطلوبة { $asked }. أدخل { $left } أو أقل.
refuse-nothing-to-return = أُرجع كل ما في سند التسليم هذا من قبل. لإرجاع المزيد يجب اختيار سند تسليم آخر.
refuse-credit-draft = لإصدار إشعار دائن عن فاتورة يجب ترحيلها أولًا. أما المسودة فيمكن تعديلها مباشرة.
refuse-credit-line = هذا الصنف ليس في الفاتورة. احذف البند أو اختر الفاتورة التي تتضمنه.
refuse-nothing-on-account = لا رصيد متبقيًا من هذا المستند. لتسوية المزيد أو رده يجب ترحيل سند قبض أو إشعار دائن آخر.
refuse-nothing-owed = لا يوجد مبلغ مستحق على العميل بهذه العملة. يبقى الرصيد لحسابه حتى ترحيل فاتورة.
refuse-credit-dearer = لإصدار إشعار دائن عن هذا البند يجب ألا يزيد المردود عن كل وحدة على ما دُفع فيها، وبالرمز الضريبي نفسه. انقل السعر والخصم والرمز الضريبي من الفاتورة.
refuse-order-customer = أمر البيع { $number } لعميل آخر. للمتابعة يجب اختيار عميل الأمر، أو إنشاء مستند بلا أمر.
refuse-order-item = هذا البند مرتبط بصنف آخر في أمر البيع. لبيع صنف غيره يجب حذف البند وإضافة بند جديد.
refuse-delivery-item = هذا الصنف غير مستحق في أمر البيع. لتسليمه يجب إضافته إلى الأمر، أو إنشاء سند تسليم مستقل.
refuse-over-credit = هذه الكمية أكبر مما بقي من الفاتورة. لا يتجاوز الإشعار الدائن ما فُوتر.
refuse-over-credit-of = المتبقي للإشعار الدائن من هذا البند { $left }. خفّض الكمية.
refuse-nothing-to-credit = صدرت إشعارات دائنة عن كل ما في هذه الفاتورة من قبل. لإصدار إشعار آخر يجب اختيار فاتورة أخرى.
refuse-nothing-to-advance = لم يبق ما يُفوتر من هذا الأمر بعد دفعاته المقدمة. لطلب دفعة أخرى يجب إنشاء أمر بيع آخر.
refuse-advance-order = أمر البيع { $number } ليس قيد التنفيذ. لطلب دفعة مقدمة يجب أن يكون مؤكدًا، لا مغلقًا ولا ملغى.
refuse-over-advance = المتبقي للفوترة من الأمر بهذا الرمز الضريبي بعد دفعاته المقدمة { $left } قبل الضريبة. لطلب دفعة مقدمة يجب ألا تزيد على ذلك، وأن يكون رمزها الضريبي من رموز الأمر.
refuse-cancel-advances = صدرت عن هذا الأمر فواتير دفعات مقدمة. لإلغائه يجب أولًا إصدار إشعارات دائنة عنها.
refuse-credit-advance = المتبقي من الدفعة المقدمة بهذا الرمز الضريبي { $left } قبل الضريبة، وما سواه خُصم أو صدر عنه إشعار دائن. لإصدار الإشعار الدائن يجب ألا يزيد المبلغ على ذلك.
refuse-debit-of = هذا المستند فاتورة دفعة مقدمة أو إشعار مدين. لطلب المزيد يجب إصدار إشعار مدين عن فاتورة ما سُلّم، أو إصدار فاتورة دفعة مقدمة أخرى من أمر البيع.
refuse-debit-nothing = لا يضيف الإشعار المدين شيئًا. لترحيله يجب إدخال ما يُضاف عن كل وحدة في خانة «سعر الوحدة».
refuse-debit-reason = يذكر الإشعار المدين سبب الإضافة إلى الفاتورة. لترحيله يجب كتابة السبب في خانة «ملاحظات».
refuse-debit-tax = تُطبَّق على الإشعار المدين ضريبة فاتورته. للإضافة إلى هذا البند يجب استخدام الرمز الضريبي الوارد في الفاتورة.
refuse-template-price = هذا الصنف قالب ولا يُباع بذاته. لتسعير متغيّراته يجب اختيار كل متغيّر في بند مستقل.
refuse-zero-amount = لتسجيل السند يجب إدخال مبلغ أكبر من صفر.
refuse-over-allocation = البنود تسدد أكثر من المبلغ المقبوض. زد المبلغ أو خفّض المخصّص للفواتير.
refuse-over-payment = هذا المبلغ أكبر من المتبقي على الفاتورة. سدّد ما لا يزيد على المتبقي.
refuse-refund-lines = سند رد المبلغ لا يسدد فواتير. لرد المبلغ يجب حذف البنود.
refuse-over-refund = رصيد هذا العميل لا يتجاوز { $left } { $currency }. لرد مبلغ أكبر يجب أولًا ترحيل سند قبض أو إشعار دائن آخر.
refuse-refunded = رُدّ للعميل مبلغ من هذا السند بموجب { $number }. لعكسه يجب أولًا عكس { $number }.
refuse-payment-account = لا يصلح هذا الحساب للقبض ولا للصرف. اختر حساب صندوق أو بنك نشطًا.
refuse-other-customer = هذه الفاتورة لعميل آخر. اختر فاتورة للعميل الذي سدّد.
refuse-other-currency = هذه الفاتورة بعملة أخرى. اختر فاتورة بعملة سند القبض.
refuse-invoice-draft = هذه الفاتورة مسودة. لسدادها يجب ترحيلها أولًا.
refuse-invoice-twice = هذه الفاتورة مذكورة في بندين. أبقِ أحدهما بالمبلغ كله.

customer-line-purpose = الغرض
choice-purpose-contact = التواصل
choice-purpose-billing = الفواتير
choice-purpose-delivery = التسليم
