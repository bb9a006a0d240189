# أعمال تستمر بعد الطلب، وإجراء واحد على سجلات كثيرة.

jobs = المهام
jobs-empty = لا مهام بعد
jobs-empty-hint = ما تفعله بسجلات كثيرة دفعة واحدة يظهر هنا مع تقدمه ونتائجه.
job = المهمة
job-waiting = في الانتظار
job-running = قيد التنفيذ
job-done = تمت
job-failed = فشلت
job-cancelled = أُوقفت
job-cancelling = جارٍ الإيقاف
job-cancel = إيقاف
job-retry = متابعة
job-how-far = التقدم
job-progress = { $done } من { $total }
job-refused = { $count ->
    [zero] لم يُرفض شيء
    [one] رُفض واحد
    [two] رُفض اثنان
    [few] رُفض { $count }
    [many] رُفض { $count }
   *[other] رُفض { $count }
}
job-record = السجل
job-outcome = النتيجة

bulk-selected = للصفوف المحددة
bulk-all = كل النتائج المطابقة ({ $count })
bulk-select = تحديد هذا الصف
bulk-select-page = تحديد كل صفوف الصفحة
bulk-set = تغيير حقل
bulk-apply = تغيير
refuse-bulk-field = لا يمكن تغيير هذا الحقل لسجلات كثيرة دفعة واحدة. اختر حقلًا آخر.
refuse-bulk-many = لإجراء شيء على هذا العدد من السجلات يجب تضييق القائمة أولًا: لا يُعالج أكثر من { $most } سجل دفعة واحدة.
refuse-bulk-nothing = لإجراء شيء على عدة سجلات يجب أن تحددها أولًا.
confirm-bulk = سيُطبَّق «{ $action }» على كل سجل محدد، أو على كل النتائج المطابقة، ولا يمكن التراجع عنه. هل تتابع؟
job-all-refused = رُفض الكل
bulk-ticked = { $count ->
    [zero] للصفوف المحددة
    [one] للصف المحدد
    [two] للصفين المحددين
    [few] لـ { $count } صفوف محددة
    [many] لـ { $count } صفًا محددًا
   *[other] لـ { $count } صف محدد
}
