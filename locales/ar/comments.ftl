# Comments on records, and notifications.

comment = تعليق
comments = التعليقات
comments-none = لا تعليقات بعد
comments-older = تعليقات أقدم
comment-label = نص التعليق
comment-answer-label = نص الرد
comment-edit-label = نص تعليقك
comment-hint = للإشارة إلى زميل اكتب @ ثم اسمه.
comment-send = إضافة التعليق
comment-answer = رد
comment-edit = تعديل
comment-edited = معدَّل
comment-remove = إزالة
comment-remove-ask = هل تريد إزالة هذا التعليق؟
comment-removed = أُزيل هذا التعليق.

event-comment = إضافة تعليق
event-edit-comment = تعديل تعليق
event-remove-comment = إزالة تعليق
done-commented = أُضيف تعليقك، ويمكن لزملائك قراءته.
done-comment-edited = تم تعديل تعليقك.
done-comment-removed = تمت إزالة تعليقك.

refuse-comment-empty = لإضافة تعليق يجب كتابة نص.
refuse-comment-long = لإضافة التعليق يجب اختصاره: الحد الأقصى لطول التعليق الواحد { $most } حرف.
refuse-mention-unseen = للإشارة إلى { $name } يجب أولًا أن يمنح مالك الشركة هذا المستخدم صلاحية الاطلاع على هذا السجل. أو اكتب الاسم دون @.
refuse-mention-twice = أكثر من زميل يحمل اسم { $name }. للإشارة إلى أحدهم يجب كتابة @ ثم بريده الإلكتروني، مثل @{ $email }.
refuse-mention-many = لإضافة التعليق يجب تقليل الإشارات: الحد الأقصى في التعليق الواحد { $most }.

notifications = الإشعارات
notifications-unread = { $count ->
    [zero] الإشعارات
    [one] الإشعارات، منها إشعار جديد واحد
    [two] الإشعارات، منها إشعاران جديدان
    [few] الإشعارات، منها { $count } إشعارات جديدة
    [many] الإشعارات، منها { $count } إشعارًا جديدًا
   *[other] الإشعارات، منها { $count } إشعار جديد
}
notifications-none = لا إشعارات بعد
notifications-read-all = تحديد الكل كمقروء
notifications-preferences = الإشعارات التي أرغب في تلقيها هنا
notification-read = تحديد كمقروء
notification-mention = إشارة إليك من { $name }
notification-answer = رد من { $name } في نقاش شاركت فيه
notification-own = تعليق من { $name } على سجل أنشأته
notification-job = انتهت إحدى مهامك
notification-reply = وصل رد العميل
notification-gone = لم يعد مسموحًا لك بالاطلاع على موضوع هذا الإشعار.
notify-mention = عند الإشارة إليّ
notify-answer = عند الرد في نقاش شاركت فيه
notify-own = عند التعليق على سجل أنشأته
notify-job = عند انتهاء مهمة طلبتها
notify-reply = عند رد عميل على عرض سعر أنشأته
