# Finance: accounts, taxes, periods, the journal and the health of the books.

journal_entry = قيد يومية
journal_entry-many = قيود اليومية
journal_entry-new = قيد جديد
journal_entry-empty = تُنشئ الفواتير وسندات التسليم والقبض قيودها هنا تلقائيًا. أنشئ قيدًا يدويًا لما سواها.
journal_entry-memo = البيان
journal_entry-source_record = المصدر
journal_entry-reversal_of = قيد عكسي للقيد

account = حساب
account-many = دليل الحسابات
account-new = حساب جديد
account-empty = كل مبلغ في الدفاتر مقيّد على حساب. أنشئ أول حساب أو استورد دليل حساباتك.
account-parent = الحساب الرئيسي
account-is_group = حساب تجميعي
account-role = وظيفة الحساب

choice-kind-asset = أصول
choice-kind-liability = مطلوبات
choice-kind-equity = حقوق ملكية
choice-kind-income = إيرادات
choice-kind-expense = مصروفات

cost_centre = مركز تكلفة
cost_centre-many = مراكز التكلفة
cost_centre-new = مركز تكلفة جديد
cost_centre-empty = تفصل مراكز التكلفة بين إيرادات الأقسام أو المواقع أو المشاريع وتكاليفها. أنشئ أول مركز.
cost_centre-parent = مركز التكلفة الرئيسي
field-cost_centre = مركز التكلفة

tax_code = رمز ضريبي
tax_code-many = الرموز الضريبية
tax_code-new = رمز ضريبي جديد
tax_code-empty = يحدد الرمز الضريبي نسبة الضريبة على البند وسببها. أنشئ الرموز التي يوجبها نظام بلدك.
tax_code-rate = نسبة الضريبة
tax_code-einvoice = رمز الفوترة الإلكترونية

choice-kind-standard = النسبة الأساسية
choice-kind-zero = نسبة الصفر
choice-kind-exempt = معفى
choice-kind-out_of_scope = خارج نطاق الضريبة
choice-kind-reverse_charge = الاحتساب العكسي

period = فترة محاسبية
period-many = الفترات المحاسبية
period-new = فترة جديدة
period-empty = تُرحّل المستندات إلى فترات مفتوحة. أنشئ أشهر سنتك المالية.
period-starts = البداية
period-ends = النهاية
period-state-closed = مقفلة
period-view-closed = المقفلة

payment_term = شروط سداد
payment_term-many = شروط السداد
payment_term-new = شروط سداد جديدة
payment_term-empty = تحدد شروط السداد موعد استحقاق الفاتورة، دفعة واحدة أو على دفعات. أنشئ الشروط التي تتفق عليها مع عملائك.
payment_term-discount = خصم السداد المبكر
payment_term-discount_days = مهلة الخصم بالأيام
payment_term-active = نشطة
payment_term-line-percent = النسبة
payment_term-line-days = عدد الأيام

exchange_rate = سعر صرف
exchange_rate-many = أسعار الصرف
exchange_rate-new = سعر صرف جديد
exchange_rate-empty = تُقيّد المستندات بالعملة الأجنبية بأحدث سعر في تاريخها أو قبله. أدخل أول سعر.

## Roles of accounts

role-receivable = الذمم المدينة
role-payable = الذمم الدائنة
role-bank = البنك
role-cash = الصندوق
role-inventory = المخزون
role-grni = بضاعة مستلمة غير مفوترة
role-vat_output = ضريبة المخرجات
role-vat_input = ضريبة المدخلات
role-customer_advances = دفعات مقدمة من العملاء
role-retained_earnings = الأرباح المبقاة
role-opening_balance = الأرصدة الافتتاحية
role-sales = المبيعات
role-sales_returns = مردودات المبيعات
role-sales_discount = خصومات المبيعات
role-cogs = تكلفة البضاعة المباعة
role-stock_adjustment = تسويات المخزون
role-exchange_difference = فروق أسعار الصرف
role-rounding = فروق التقريب

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

check-debits-credits = تساوي المدين والدائن
check-debits-credits-hint = مجموع المبالغ المدينة المرحّلة يساوي مجموع المبالغ الدائنة المرحّلة.
check-entries-balance = توازن كل قيد
check-entries-balance-hint = عدد القيود المرحّلة التي يختلف مدينها عن دائنها، ويجب أن يكون صفرًا.
check-receivable-control = مطابقة الذمم المدينة
check-receivable-control-hint = ما بقي على العملاء، مستندًا مستندًا، يساوي رصيد حساب الذمم المدينة.
check-stock-account = مطابقة المخزون لحسابه
check-stock-account-hint = قيمة المخزون المتوفر كله تساوي رصيد حساب المخزون.
check-stock-moves = مطابقة حركات المخزون
check-stock-moves-hint = صافي قيمة حركات الوارد والصادر كلها يساوي قيمة المخزون المتوفر.
check-stock-levels = مطابقة أرصدة الأصناف
check-stock-levels-hint = عدد الأصناف في المستودعات التي يختلف رصيدها عن مجموع حركاتها، ويجب أن يكون صفرًا.
check-stock-layers = مطابقة طبقات تكلفة المخزون
check-stock-layers-hint = عدد طبقات الوارد التي تختلف عن حركاتها من الأصناف المقيّمة بطريقة «الوارد أولًا يُصرف أولًا»، وعدد هذه الأصناف في المستودعات التي يختلف رصيدها عمّا بقي من طبقاتها، ويجب أن يكون صفرًا.
check-stock-promised = مطابقة المخزون المحجوز
check-stock-promised-hint = عدد بنود أوامر البيع التي يختلف المحجوز لها عما طُلب ولم يُسلَّم، ويجب أن يكون صفرًا.
check-invoices-open = مطابقة الفواتير غير المسددة
check-invoices-open-hint = المتبقي على الفواتير يساوي المتبقي عنها في حسابات العملاء.
check-vat-account = مطابقة ضريبة القيمة المضافة
check-vat-account-hint = مجموع الضريبة في بنود المستندات كلها يساوي رصيد حساب ضريبة المخرجات.
check-advances-account = مطابقة الدفعات المقدمة
check-advances-account-hint = ما بقي من دفعات العملاء المقدمة يساوي ما أبقته فواتيرها وإشعاراتها الدائنة في حساب الدفعات المقدمة.
check-number-gaps = تسلسل الأرقام بلا فجوات
check-number-gaps-hint = عدد الأرقام المفقودة من تسلسل المستندات، ويجب أن يكون صفرًا.

## Refusals

refuse-no-account = لا يوجد حساب وظيفته «{ $role }». للترحيل يجب أن يكون هناك حساب نشط بهذه الوظيفة.
refuse-no-rate = لا يوجد سعر صرف للعملة { $currency } في { $date } أو قبله. لاستخدام هذه العملة يجب أولًا إدخال سعر صرفها.
refuse-rate-twice = يوجد سعر صرف لهذه العملة في هذا اليوم. عدّله أو اختر تاريخًا آخر.
refuse-rate-zero = سعر الصرف ليس أكبر من صفر. لحفظه يجب إدخال قيمة الوحدة الواحدة من العملة.
refuse-no-period = لا توجد فترة محاسبية تشمل { $date }. للترحيل بهذا التاريخ يجب أولًا إنشاء فترته.
refuse-period-closed = الفترة التي تشمل { $date } مقفلة. للترحيل يجب اختيار تاريخ في فترة مفتوحة أو إعادة فتح هذه الفترة.
refuse-period-overlap = تتداخل هذه التواريخ مع فترة أخرى. لحفظ الفترة يجب اختيار أيام لا تنتمي إلى فترة غيرها.
refuse-period-order = نهاية الفترة تسبق بدايتها. اختر نهاية لاحقة.
refuse-close-order = الفترة السابقة { $code } ما زالت مفتوحة. لإقفال هذه الفترة يجب أولًا إقفال { $code }.
refuse-reopen-order = الفترة اللاحقة { $code } مقفلة أيضًا. لإعادة فتح هذه الفترة يجب أولًا إعادة فتح { $code }.
refuse-terms-percent = يجب أن تزيد نسبة كل قسط على صفر.
refuse-terms-days = للدفع بعد أكثر من { $most } يومًا من تاريخ المستند يجب تقسيم المستند إلى مستندات مستقلة.
refuse-terms-sum = مجموع النسب { $sum }٪. لحفظ الشروط يجب أن يكون المجموع { 100 }٪.
refuse-unbalanced = مجموع المدين لا يساوي مجموع الدائن، أو لا مبالغ في البنود. لترحيل القيد يجب أن يتساوى المجموعان وأن يزيدا على الصفر.
refuse-both-sides = البند إما مدين وإما دائن. لتقييد الاثنين يجب استخدام بندين.
refuse-reverse-source = هذا القيد ناتج عن مستند. لعكسه يجب عكس ذلك المستند أو إصدار إشعار دائن عنه.
refuse-account-group = الحساب { $code } حساب تجميعي. للترحيل يجب اختيار حساب فرعي تحته.
refuse-account-inactive = الحساب { $code } غير نشط. للترحيل يجب اختيار حساب آخر أو تنشيط هذا الحساب.
refuse-account-control = لا تُرحّل إلى الحساب { $code } إلا المستندات، ليبقى مطابقًا لتفاصيله. لتغييره يجب ترحيل فاتورة أو سند قبض أو مستند مخزون.
refuse-account-circle = سيصبح الحساب فرعًا من نفسه. اختر حسابًا رئيسيًا آخر.
refuse-centre-inactive = مركز التكلفة { $code } غير نشط. للمتابعة يجب اختيار مركز آخر أو تنشيط هذا المركز.
refuse-centre-circle = سيصبح مركز التكلفة فرعًا من نفسه. اختر مركزًا رئيسيًا آخر.
refuse-parent-not-group = لا تتفرع الحسابات إلا من حسابات تجميعية. اختر حسابًا تجميعيًا ليكون الحساب الرئيسي.
refuse-parent-kind = نوع الحساب يختلف عن نوع حسابه الرئيسي. اختر النوع نفسه أو حسابًا رئيسيًا آخر.
field-source = المصدر
