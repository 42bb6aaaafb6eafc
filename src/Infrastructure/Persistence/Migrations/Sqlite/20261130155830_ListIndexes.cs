using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Infrastructure.Persistence.Migrations.Sqlite
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_version_listings_tagged",
                table: "version_listings");

            migrationBuilder.DropIndex(
                name: "IX_predictions_confirmed_of_class",
                table: "predictions");
        }
    }
}
