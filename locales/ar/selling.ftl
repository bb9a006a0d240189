# Selling: price lists, credit limits, leads and opportunities.

price_list = قائمة أسعار
price_list-many = قوائم الأسعار
price_list-new = قائمة أسعار جديدة
price_list-empty = تحدد قائمة الأسعار سعر الصنف لعملاء بعينهم بحسب الكمية والتاريخ. أنشئ أول قائمة، ثم اخترها في بيانات العميل.
price_list-valid_from = سارية من
price_list-valid_until = سارية حتى
price_list-active = نشطة
price_list-view-active = النشطة
price_list-line-from_quantity = من كمية
price_list-line-valid_from = سارٍ من
price_list-line-valid_until = سارٍ حتى

customer-price_list = قائمة الأسعار

sales_order-credit_released = سُمح بتجاوز حد الائتمان
sales_order-action-release = السماح بتجاوز حد الائتمان

lead = عميل محتمل
lead-many = العملاء المحتملون
lead-new = عميل محتمل جديد
lead-empty = العميل المحتمل شخص أو شركة قد تصبح من عملائك. أنشئ أول عميل محتمل أو استورد قائمتك.
lead-company = الشركة
lead-state-new = جديد
lead-state-contacted = تم التواصل معه
lead-state-qualified = مؤهَّل
lead-state-lost = مستبعد
lead-action-contact = تسجيل التواصل
lead-action-qualify = تحويل إلى فرصة بيع
lead-action-lose = استبعاد
lead-view-open = قيد المتابعة
lead-view-qualified = المؤهَّلون
lead-view-lost = المستبعدون

field-salesperson = مندوب المبيعات

choice-source-referral = توصية
choice-source-visit = زيارة
choice-source-web = الموقع الإلكتروني
choice-source-exhibition = معرض
choice-source-other = مصدر آخر

opportunity = فرصة بيع
opportunity-many = فرص البيع
opportunity-new = فرصة بيع جديدة
opportunity-empty = فرصة البيع صفقة متوقعة: مع من، وبأي مبلغ، وما احتمال إتمامها، ومتى. أنشئ أول فرصة أو حوّل إليها عميلًا محتملًا.
opportunity-title = العنوان
opportunity-lead = العميل المحتمل
opportunity-expected_close = تاريخ الإغلاق المتوقع
opportunity-expected_amount = المبلغ المتوقع
opportunity-probability = احتمال الفوز
opportunity-state-new = جديدة
opportunity-state-qualified = مؤهَّلة
opportunity-state-proposal = تقديم العرض
opportunity-state-negotiation = التفاوض
opportunity-state-won = رابحة
opportunity-state-lost = خاسرة
opportunity-action-quote = إنشاء عرض سعر
opportunity-action-win = تسجيل الفوز بها
opportunity-action-advance = المرحلة التالية
opportunity-action-lose = تسجيل خسارتها
opportunity-action-reopen = إعادة فتح
opportunity-view-won = الرابحة
opportunity-view-lost = الخاسرة

quotation-opportunity = فرصة البيع

## Refusals

refuse-validity-order = آخر يوم يسبق أول يوم. اختر آخر يوم لاحقًا أو اترك خانته فارغة.
refuse-price-twice = يوجد بند آخر يسعّر هذا الصنف من الكمية نفسها في الأيام نفسها. غيّر الكمية أو التواريخ، أو احذف أحد البندين.
refuse-credit-limit = حد ائتمان العميل { $limit } { $currency }، والمستخدم منه { $used }، وقيمة هذا الأمر { $order }. لتأكيده يجب خفض قيمته، أو أن يسمح أولًا بتجاوز الحد من تخوّله صلاحيته ذلك.
refuse-limit-change = لا يحدد حد الائتمان إلا من يُسمح له بتجاوزه. لتغييره يجب طلب ذلك ممن له هذه الصلاحية.
refuse-release-needless = لا يمنع حد الائتمان تأكيد هذا الأمر. للمتابعة يجب تأكيده مباشرة دون سماح بالتجاوز.
refuse-quote-customer = يصدر عرض السعر باسم عميل. لإنشائه يجب أولًا اختيار العميل.

activity = نشاط
activity-many = الأنشطة
activity-new = نشاط جديد
activity-empty = النشاط مكالمة أو زيارة أو مهمة لمتابعة صفقة. خطِّط لأول نشاط.
activity-subject = الموضوع
activity-lead = العميل المحتمل
activity-opportunity = فرصة البيع
choice-kind-call = مكالمة
choice-kind-visit = زيارة
choice-kind-meeting = اجتماع
choice-kind-email = بريد إلكتروني
choice-kind-task = مهمة
activity-state-planned = مخطَّط
activity-state-done = منجز
activity-state-dropped = ملغى
activity-action-finish = تسجيل الإنجاز
activity-action-drop = إلغاء
activity-action-reopen = إعادة فتح
activity-view-planned = المخطَّطة
activity-view-done = المنجزة
