//! Owners of the first suite's tests.

use super::TestApp;

impl TestApp {
    /// Makes these teams, each with one member, whose address is the team's slug, and gives the suite this file of owners.
    pub(crate) async fn owners(&self, file: &str, teams: &[&str]) {
        let store = &self.app.store;
        for name in teams {
            let team = store.create_team(self.organization.id, name, self.now()).await.expect("a team");
            let user = store.create_user(name, &format!("{}@northwind.test", team.slug), self.now()).await.expect("a user");
            store.set_role(self.organization.id, user.id, proctor_core::organization::Role::Member).await.expect("a role");
            store.add_team_member(self.organization.id, team.id, user.id).await.expect("a member");
        }
        let parsed = proctor_core::owners::OwnersFile::parse(file.as_bytes()).expect("a file");
        store.replace_owners_file(self.suite.suite.id, file, parsed, self.now()).await.expect("owners");
    }
}
