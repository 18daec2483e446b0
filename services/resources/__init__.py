"""Resources 物资与队伍: stock, transfers, requisitions, teams, shelters, risks."""
