using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Infrastructure.Persistence.Migrations.Npgsql
{
    /// <inheritdoc />
    public partial class DatasetProfiles : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "DataProfile",
                table: "model_versions",
                type: "text",
                maxLength: -1,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Description",
                table: "datasets",
                type: "character varying(500)",
                maxLength: 500,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Profile",
                table: "datasets",
                type: "text",
                maxLength: -1,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "DataProfile",
                table: "model_versions");

            migrationBuilder.DropColumn(
                name: "Description",
                table: "datasets");

            migrationBuilder.DropColumn(
                name: "Profile",
                table: "datasets");
        }
    }
}
