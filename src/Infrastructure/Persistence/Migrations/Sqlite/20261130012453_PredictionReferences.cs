using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class PredictionReferences : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "ReferenceToken",
                table: "predictions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_predictions_confirmed",
                table: "predictions",
                column: "Id",
                filter: "\"ConfirmedClass\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_predictions_ReferenceToken_Id",
                table: "predictions",
                columns: new[] { "ReferenceToken", "Id" },
                filter: "\"ReferenceToken\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_predictions_Version_Id",
                table: "predictions",
                columns: new[] { "Version", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_predictions_confirmed",
                table: "predictions");

            migrationBuilder.DropIndex(
                name: "IX_predictions_ReferenceToken_Id",
                table: "predictions");

            migrationBuilder.DropIndex(
                name: "IX_predictions_Version_Id",
                table: "predictions");

            migrationBuilder.DropColumn(
                name: "ReferenceToken",
                table: "predictions");
        }
    }
}
