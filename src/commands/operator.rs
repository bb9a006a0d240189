//! Makes and lists those who operate the installation.

use super::with_database;
use crate::OperatorVerb;
use diwan::platform::config::Config;
use diwan::platform::database::Opened;
use diwan::platform::{operator, web};

pub async fn run(config: &Config, verb: OperatorVerb) -> anyhow::Result<()> {
    with_database(config, async |opened| carry_out(opened, verb).await).await
}

async fn carry_out(opened: &Opened, verb: OperatorVerb) -> anyhow::Result<()> {
    let mut owner = opened.owner().await?;
    match verb {
        OperatorVerb::Add { email, name, language } => {
            if let Some(password) = operator::add(&mut owner, &email, &name, language).await? {
                println!("a new account for {email}, with the password {password}");
            }
            println!("{email} operates this installation: sign in and open {}", web::OPERATOR);
        }
        OperatorVerb::Remove { email } => {
            anyhow::ensure!(operator::remove(&mut owner, &email).await?, "no operator has the address {email}");
            println!("{email} is no operator any more");
        }
        OperatorVerb::List => {
            for (email, name) in operator::all(&mut owner).await? {
                println!("{email}  {name}");
            }
        }
    }
    Ok(())
}
