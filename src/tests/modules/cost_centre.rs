//! Cost centres: what documents are charged to.

use crate::platform::document::Document;
use crate::record::Names;
use crate::tests::support::{Firm, refusals};
use uuid::Uuid;

async fn centre(firm: &Firm, code: &str, parent: Option<Uuid>) -> Document {
    let fill =
        |document: Document| document.with("code", code).with("name", Names::new(code, code)).with("parent", parent);
    firm.insert("cost_centre", fill).await.expect("a cost centre")
}

#[tokio::test]
async fn no_cost_centre_is_below_itself() {
    let firm = Firm::new().await;
    let top = centre(&firm, "TOP", None).await;
    let middle = centre(&firm, "MIDDLE", Some(top.id)).await;
    let low = centre(&firm, "LOW", Some(middle.id)).await;
    for below in [&top, &middle, &low] {
        let moved = firm.change(&top, &[("parent", &below.id.to_string())]).await;
        assert_eq!(refusals(moved), ["refuse-centre-circle"], "below {:?}", below.text("code"));
    }
    firm.change(&low, &[("parent", "TOP")]).await.expect("beside the other one");
}
