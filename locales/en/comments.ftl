# Comments on records, and notifications.

comment = Comment
comments = Comments
comments-none = No comments yet
comments-older = Older comments
comment-label = What do you want to say?
comment-answer-label = Your answer
comment-edit-label = Your comment
comment-hint = With @ and a name you mention a colleague.
comment-send = Comment
comment-answer = Answer
comment-edit = Edit
comment-edited = edited
comment-remove = Remove
comment-remove-ask = Remove this comment?
comment-removed = This comment was removed.

event-comment = Commented
event-edit-comment = Edited a comment
event-remove-comment = Removed a comment
done-commented = Your comment is there for your colleagues to read.
done-comment-edited = Your comment has been changed.
done-comment-removed = Your comment has been removed.

refuse-comment-empty = To comment you must write something.
refuse-comment-long = To comment you must write less: { $most } characters is the most that one comment may have.
refuse-mention-unseen = To mention { $name } you must first have their role changed by whoever runs the company: they may not see this record. Or write the name without @.
refuse-mention-twice = Several colleagues are called { $name }. To mention one of them you must write @ and their mail address, such as @{ $email }.
refuse-mention-many = To comment you must mention fewer: { $most } mentions is the most that one comment may have.

notifications = Notifications
notifications-unread = { $count ->
    [0] Notifications
    [one] Notifications, { $count } of them new
   *[other] Notifications, { $count } of them new
}
notifications-none = Nothing to tell you yet
notifications-read-all = Mark all as read
notifications-preferences = What I want to be told of here
notification-read = Mark as read
notification-mention = { $name } mentioned you
notification-answer = { $name } answered in a thread of yours
notification-own = { $name } commented on a record that you made
notification-job = A job of yours has ended
notification-reply = The customer has answered
notification-gone = You may no longer see what this is about.
notify-mention = Somebody mentions me
notify-answer = Somebody answers where I commented
notify-own = Somebody comments on a record that I made
notify-job = A job of mine ends
notify-reply = A customer answers a quotation that I made
