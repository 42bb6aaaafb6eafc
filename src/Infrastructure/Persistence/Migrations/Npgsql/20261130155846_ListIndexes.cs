using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Infrastructure.Persistence.Migrations.Npgsql
{
    /// <inheritdoc />
    public partial class ListIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_version_listings_tagged",
                table: "version_listings",
                column: "VersionId",
                filter: "\"Tags\" <> ''");

            migrationBuilder.CreateIndex(
                name: "IX_predictions_confirmed_of_class",
                table: "predictions",
                columns: new[] { "Version", "Class", "Id" },
                filter: "\"ConfirmedClass\" IS NOT NULL");

            // The text search of versions is quicker with an index of trigrams. Where the extension isn't installed, or the service's
            // user may not create it, the search reads all listings instead; docs/operations.md has these two statements.
            migrationBuilder.Sql(
                """
                DO $$
                BEGIN
                    CREATE EXTENSION IF NOT EXISTS pg_trgm;
                    CREATE INDEX "IX_version_listings_SearchText" ON version_listings USING gin ("SearchText" gin_trgm_ops);
                EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_file OR undefined_object THEN
                    RAISE WARNING 'Text search of versions has no index: %', SQLERRM;
                END $$;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""DROP INDEX IF EXISTS "IX_version_listings_SearchText";""");

            migrationBuilder.DropIndex(
                name: "IX_version_listings_tagged",
                table: "version_listings");

            migrationBuilder.DropIndex(
                name: "IX_predictions_confirmed_of_class",
                table: "predictions");
        }
    }
}
