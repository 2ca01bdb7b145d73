//! The places of builds of runs that are older than the column (`rest-api.md`, 3.10): preflight and builds find them by it.

use proctor_core::build_place::BuildPlace;

use crate::StoreError;
use crate::database::{Columns, Connections, Statement};

/// The work in `unfinished_migrations`.
const NAME: &str = "build_place";
/// Runs of one transaction.
const RUNS_AT_ONCE: u32 = 500;

/// Works them out, once in the life of a database. What is cut short is begun again at the next start, and does no harm to what was done.
pub(crate) async fn fill_in(connections: &Connections) -> Result<(), StoreError> {
    let select = Statement::fixed("SELECT name FROM unfinished_migrations WHERE name = $1").with(NAME);
    if select.optional(&mut *connections.read().await?).await?.is_none() {
        return Ok(());
    }
    let mut last: Vec<u8> = Vec::new();
    while fill_in_some(connections, &mut last).await? {}
    let delete = Statement::fixed("DELETE FROM unfinished_migrations WHERE name = $1").with(NAME);
    delete.execute(&mut *connections.writer().await?).await.map(drop)
}

/// Goes on behind the run `last`; whether there was one.
async fn fill_in_some(connections: &Connections, last: &mut Vec<u8>) -> Result<bool, StoreError> {
    let mut transaction = connections.write().await?;
    let select = "SELECT id, url, number FROM runs WHERE build_place IS NULL AND build_id IS NOT NULL AND url IS NOT NULL AND id > $1 \
                  ORDER BY id LIMIT $2";
    let rows = Statement::fixed(select).with(last.as_slice()).with(RUNS_AT_ONCE).all(transaction.connection()).await?;
    for row in &rows {
        let (url, number) = (row.maybe_text("url")?, row.maybe_text("number")?);
        *last = row.bytes("id")?.to_vec();
        if let Some(place) = BuildPlace::of(url.as_deref(), number.as_deref()) {
            let update = Statement::fixed("UPDATE runs SET build_place = $1 WHERE id = $2").with(&place.to_string());
            update.with(last.as_slice()).execute(transaction.connection()).await?;
        }
    }
    transaction.commit().await?;
    Ok(!rows.is_empty())
}
