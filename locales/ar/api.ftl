# What programs, and those who write them, are told.

## المشكلات

api-problem-malformed = تعذّرت قراءة الطلب
api-problem-unknown = لا يوجد رمز صالح
api-problem-denied = غير مسموح
api-problem-not-found = لا يوجد شيء هنا
api-problem-method = لا يُنفَّذ شيء هنا بهذه الطريقة
api-problem-busy = يجري حفظ السجل نفسه الآن
api-problem-stale = تغيّر السجل منذ قراءته
api-problem-large = أكبر من المسموح
api-problem-media-type = ليس JSON
api-problem-refused = مرفوض
api-problem-unconditional = تعديل لإصدار غير محدد
api-problem-too-many = طلبات كثيرة
api-problem-internal = حدث خطأ
api-problem-unavailable = غير متاح الآن

refuse-api-token = للدخول يجب تقديم رمز صالح: ترويسة Authorization فيها كلمة Bearer ثم مسافة ثم السر. أنشئ رمزًا من صفحة رموز الوصول.
refuse-api-stale = تغيّر السجل منذ أن قرأته. لتعديله يجب قراءته من جديد وإرسال ETag الجديد.
refuse-api-not-found = لا يوجد شيء في هذا العنوان، أو لا يُسمح لهذا الرمز بالاطلاع عليه. تحقّق من العنوان ومن صلاحيات الرمز.
refuse-api-after = هذا ليس موضعًا في هذه القائمة. للمتابعة يجب إرسال المؤشر الوارد في صفحتها السابقة وبالترتيب نفسه.
refuse-api-filter = تعذّرت قراءة أحد عوامل التصفية. اكتب التواريخ مثل 2026-11-18 والأرقام مثل 1250.5 والروابط بمعرّفاتها.
refuse-api-method = لا يقبل هذا العنوان هذه الطريقة. استخدم إحدى الطرق الواردة في ترويسة Allow.
refuse-api-large = محتوى الطلب أكبر من 2 ميغابايت. أرسله على أجزاء.
refuse-api-media-type = محتوى الطلب من نوع آخر. ليُقرأ يجب أن يكون JSON وأن يكون نوعه application/json.
refuse-api-unconditional = لتعديل سجل يجب ذكر الإصدار الذي تعرفه: أرسل ETag في ترويسة If-Match، أو * لأي إصدار.
refuse-api-too-many = { $seconds ->
    [zero] للمتابعة يجب الانتظار قليلًا.
    [one] للمتابعة يجب الانتظار ثانية واحدة.
    [two] للمتابعة يجب الانتظار ثانيتين.
    [few] للمتابعة يجب الانتظار { $seconds } ثوانٍ.
    [many] للمتابعة يجب الانتظار { $seconds } ثانية.
   *[other] للمتابعة يجب الانتظار { $seconds } ثانية.
}
refuse-api-json = محتوى الطلب ليس كائن JSON. تحقّق من الأقواس وعلامات التنصيص.
refuse-api-field = لا يوجد حقل بهذا الاسم، أو لا يُسمح لهذا الرمز بالاطلاع عليه. تحقّق من اسمه في التوثيق.
refuse-api-computed = تُحسب قيمة هذا الحقل من غيره. لحفظ السجل يجب حذفه من الطلب.
refuse-api-fixed = يحق لهذا الرمز قراءة هذا الحقل لا تعديله. لحفظ السجل يجب حذفه من الطلب.
refuse-api-kind = نوع هذه القيمة غير نوع الحقل. اكتب المبالغ والكميات نصًا مثل "1250.5"، والأعداد الصحيحة أرقامًا، والأسماء كائنًا فيه en و ar.
refuse-api-uuid = هذا ليس معرّفًا. اكتب UUID أو احذفه من الطلب.
refuse-api-line = لا يوجد في السجل بند بهذا المعرّف، أو تكرر المعرّف في القائمة. لإضافة بند يجب ترك معرّفه.
refuse-api-key = هذا ليس مفتاحًا. لتنفيذ الطلب مرة واحدة يجب اختيار 1 إلى 255 حرفًا ورقمًا.
refuse-api-key-reused = استُخدم هذا المفتاح لطلب آخر خلال اليوم الماضي. لطلب شيء آخر يجب اختيار مفتاح آخر.
refuse-api-parameter = لا يوجد عامل بهذا الاسم، أو لا يُسمح به لهذا الرمز. تحقّق من اسمه في التوثيق.
refuse-api-limit = هذا ليس عددًا للصفوف. اكتب عددًا صحيحًا من 1 فصاعدًا.
refuse-api-sort = لا يمكن ترتيب القائمة بهذا الحقل. اختر حقلًا يذكره التوثيق.
refuse-api-batch = هذه ليست دفعة. لتُنفَّذ يجب أن تكون كائنًا فيه operations، ولكل عملية method و path.
refuse-api-batch-many = لتُنفَّذ الدفعة يجب أن تحوي عملية واحدة على الأقل، والحد الأقصى { $most }.
refuse-api-grant = للحصول على رمز مؤقت يجب إرسال grant_type بالقيمة client_credentials.
refuse-graphql-request = ليس هذا طلب GraphQL. أرسل كائنًا فيه query، ومعه variables و operationName عند الحاجة، أو قائمة من هذه الكائنات.
refuse-graphql-batch = لتُنفَّذ القائمة يجب أن تحوي طلبًا واحدًا على الأقل، والحد الأقصى { $most }.
refuse-graphql-key = لا تقبل طلبات GraphQL الترويسة Idempotency-Key. لتنفيذ أمر مرة واحدة أعطِ السجل الجديد معرّفًا من عندك، واذكر مع كل تعديل الإصدار الذي تعرفه.
refuse-graphql-size = الطلب كبير جدًا. الحد الأقصى 32 كيلوبايت، و{ $parts } من القوائم والتعديلات، و{ $brackets } من الأقواس، و{ $fields } من الحقول، منها { $aliases } على الأكثر باسم بديل (alias). أرسل الطويل منه في المتغيرات.
refuse-graphql-depth = تداخل الحقول أعمق من المسموح. قلّل مستوياته: الحد الأقصى { $most }.
refuse-graphql-cost = يقرأ الطلب أكثر من المسموح. الحد الأقصى { $most } من السجلات، ومنها البنود والسجلات المرتبطة: اطلب صفحات أصغر.
refuse-graphql-introspection = طلب وصف الأنواع يدور في حلقة. اطلب حقول الأنواع دون حقول أنواعها.
refuse-graphql-together = تعذّر تنفيذ جزء آخر من الطلب، فلم يُنفَّذ منه شيء. صحّح ذلك الجزء ثم أرسل الطلب كله من جديد.

## الوصف

api-title = واجهة ديوان البرمجية
api-lead = ما يفعله الناس في الصفحات تفعله البرامج هنا: تُعرض السجلات من كل نوع وتُقرأ وتُنشأ وتُعدَّل وتُحذف وتُنفَّذ إجراءاتها بالطريقة نفسها وبصلاحيات أحد الأعضاء.
api-token = الحصول على JWT مقابل السر
api-token-hint = أنشئ رمزًا من صفحة رموز الوصول وأرسل سرّه مع كل طلب. له صلاحيات عضوه أو بعضها إلى أن ينتهي أو يُلغى.
api-list = قائمة { $records }
api-read = قراءة: { $record }
api-create = إنشاء: { $record }
api-change = تعديل: { $record }
api-delete = حذف: { $record }
api-batch = تنفيذ عمليات عدة في طلب واحد
api-batch-hint = لكل عملية حالتها. ومع atomic تُنفَّذ كلها أو لا يُنفَّذ منها شيء، وتذكر المشكلة عندها أول عملية تعذّر تنفيذها.
api-answer-list = صفحة من القائمة
api-answer-unchanged = لديك النسخة نفسها
api-answer-deleted = حُذف
api-answer-batch = نتيجة كل عملية
api-answer-token = رمز JWT مؤقت
api-answer-erased = نُفِّذ من قبل، ومُحي الرد الأول مع بيانات الشخص الذي ذكره
api-limit = عدد صفوف الصفحة. ما زاد على 200 يُعد 200.
api-after = بداية الصفحة: قيمة next من الصفحة السابقة
api-q = كلمات للبحث عنها
api-fields = أسماء الحقول مفصولة بفواصل، وكلها إن لم تُذكر
api-if-match = قيمة ETag للإصدار المقصود، أو * لأي إصدار
api-if-none-match = قيمة ETag لديك؛ والرد 304 إن لم يتغيّر شيء
api-key = مفتاح من عندك مثل UUID: ما يُطلب به مرتين خلال يوم يُنفَّذ مرة واحدة
api-language = لغة المشكلات: en أو ar، ولغة العضو إن لم تُذكر
api-etag = تبدأ بإصدار السجل وتتغيّر مع كل ما في الرد
api-link-header = عنوان الصفحة التالية
api-location = عنوان ما أُنشئ
api-rate = المتبقي، وعدد الثواني حتى يعود كاملًا
api-rate-policy = عدد الطلبات، وفي كم ثانية
api-retry = عدد ثواني الانتظار
api-authenticate = كيف تعرّف بنفسك

api-filter-any = قيمة أو أكثر مفصولة بفواصل
api-filter-equal = القيمة نفسها
api-filter-holds = جزء من القيمة
api-filter-range = قيمة واحدة، أو مدى على صورة from..to ويجوز ترك أحد طرفيه
api-filter-begins = ما تبدأ به القيمة

api-kind-text = نص
api-kind-names = كائن فيه en و ar
api-kind-integer = عدد صحيح
api-kind-decimal = رقم على هيئة نص بفاصلة عشرية نقطة
api-kind-date = تاريخ مثل 2026-11-18
api-kind-bool = true أو false
api-kind-words = قائمة نصوص
api-kind-currency = رمز عملة ISO 4217
api-kind-state = حالة
api-kind-id = معرّف
api-kind-link = { $record }: المعرّف، ويُقبل الاسم أو الرمز عند الكتابة

## صفحة التوثيق

api-docs-tokens = الرموز
api-docs-jwt = { $minutes ->
    [zero] الآلة التي لا تريد إرسال سرّها كل مرة تحصل مقابله على JWT مؤقت.
    [one] الآلة التي لا تريد إرسال سرّها كل مرة تحصل مقابله على JWT يصلح دقيقة واحدة.
    [two] الآلة التي لا تريد إرسال سرّها كل مرة تحصل مقابله على JWT يصلح دقيقتين.
    [few] الآلة التي لا تريد إرسال سرّها كل مرة تحصل مقابله على JWT يصلح { $minutes } دقائق.
    [many] الآلة التي لا تريد إرسال سرّها كل مرة تحصل مقابله على JWT يصلح { $minutes } دقيقة.
   *[other] الآلة التي لا تريد إرسال سرّها كل مرة تحصل مقابله على JWT يصلح { $minutes } دقيقة.
}
api-docs-lists = القوائم
api-docs-filters = صفِّ القائمة بأي حقل باسمه، ورتّبها بالعامل sort، واختر الحقول. كل عامل لا معنى له مشكلة، فلا تضيع تصفية دون علمك.
api-docs-pages = في الصفحة { $usual } صفًا ما لم يحدد limit غير ذلك، والحد الأقصى { $most }. أرسل next من صفحة في العامل after للحصول على ما يليها.
api-docs-changes = التعديل
api-docs-versions = مع كل سجل قيمة ETag. أعد إرسالها في If-Match حتى لا يضيع عمل أحد: إن عُدّل السجل بعد قراءتك فلن يُنفَّذ شيء.
api-docs-lines = يحمل التعديل ما يختلف فقط. أما البنود فتُرسل كاملة، ولكل بند باقٍ معرّفه. وللسجل الجديد أن يأتي بمعرّف من عندك، فإن أُرسل مرتين أُنشئ مرة واحدة.
api-docs-values = القيم
api-docs-values-hint = المبالغ والأسعار والكميات نصوص بالوحدة الكاملة حتى لا تفقد رقمًا. والروابط معرّفات، ويُقبل الرمز أو الرقم أو الاسم عند الكتابة.
api-docs-once = التنفيذ مرة واحدة
api-docs-once-hint = مع Idempotency-Key يُجاب الطلب المعاد خلال يوم بالرد الأول نفسه ولا يُنفَّذ شيء مرتين.
api-docs-batch-most = الحد الأقصى لعمليات الدفعة { $most }، وتُعد كل عملية طلبًا.
api-docs-graphql = GraphQL
api-docs-graphql-hint = السجلات نفسها بالشكل الذي تطلبه، ومعها ما ترتبط به. تُنفَّذ تعديلات الطلب كلها أو لا يُنفَّذ منها شيء. ويمكن جمع عدة طلبات في قائمة، والحد الأقصى { $most }.
api-docs-limits = عدد الطلبات
api-docs-limits-hint = لكل رمز ولكل شركة عدد من الطلبات في الدقيقة. تذكر الترويسات ما بقي منه، ومع الحالة 429 تذكر Retry-After متى يتاح المزيد.
api-docs-problems = المشكلات
api-docs-problems-hint = ما يتعذّر تنفيذه يُجاب بالنوع application/problem+json مع الحقول التي تمنعه، بالعربية أو الإنجليزية.
api-docs-status = الحالة
api-docs-type = النوع
api-docs-meaning = المعنى
api-docs-records = السجلات
api-docs-actions = الإجراءات
api-docs-field = الاسم
api-docs-label = التسمية
api-docs-kind = المحتوى
api-docs-rule = القاعدة
api-docs-computed = للقراءة فقط
